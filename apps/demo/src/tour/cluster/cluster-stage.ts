import { McpClient, type Era, type TaskHandle } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { Respondent } from "../respondent.js";
import { eraOptions } from "../stage.js";
import type { Cut } from "../cutting-proxy.js";
import { Caller } from "./caller.js";
import type { Place } from "./node.js";
import type { Nodes } from "./nodes.js";

/** A call whose node was killed, and which nobody has answered yet. */
export interface Orphan {
  readonly caller: Caller;
  /** Settles with its error, or with its result. */
  readonly outcome: Promise<unknown>;
}

/** A client of one node. */
export interface Visitor {
  readonly client: McpClient;
  /** Answers what the client is asked. */
  readonly respondent: Respondent;
}

/** Where the checks of several nodes take place. */
export class ClusterStage {
  readonly nodes: Nodes;
  era: Era = "handshake";
  /** From one check to a later one, as it takes a while to know that a node is gone. */
  orphan: Orphan | undefined;
  /** A task whose node was killed. */
  leftBehind: TaskHandle | undefined;
  readonly #callers = new Set<Caller>();
  readonly #visitors = new Set<McpClient>();

  constructor(nodes: Nodes) {
    this.nodes = nodes;
  }

  /** Has a client of its own for a while, connected from A on. */
  async call<Value>(use: (caller: Caller) => Promise<Value>, cut?: Cut): Promise<Value> {
    const caller = await this.connect(cut);
    try {
      return await use(caller);
    } finally {
      await this.#end(caller);
    }
  }

  /** The same, for longer than a check. */
  async connect(cut?: Cut): Promise<Caller> {
    const caller = await Caller.connect(this.nodes, this.era, cut);
    this.#callers.add(caller);
    return caller;
  }

  /** Has a client of each node for a while, which goes there by no balancer. */
  async visit<Value>(use: (at: Readonly<Record<Place, Visitor>>) => Promise<Value>): Promise<Value> {
    const [A, B, C] = await Promise.all([this.#visitor("A"), this.#visitor("B"), this.#visitor("C")]);
    try {
      return await use({ A, B, C });
    } finally {
      await this.#leave([A, B, C].map(({ client }) => client));
    }
  }

  /** Ends whatever is still there. */
  async clear(): Promise<void> {
    await Promise.all([...this.#callers].map((caller) => this.#end(caller)));
    await this.#leave([...this.#visitors]);
    await this.nodes.end();
  }

  async #visitor(place: Place): Promise<Visitor> {
    const respondent = new Respondent();
    const transport = streamableHttpClient(this.nodes.at(place).url);
    const { elicit } = respondent;
    const client = await McpClient.connect(transport, { ...eraOptions[this.era], elicit });
    this.#visitors.add(client);
    return { client, respondent };
  }

  async #leave(visitors: readonly McpClient[]): Promise<void> {
    for (const client of visitors) this.#visitors.delete(client);
    await Promise.all(visitors.map((client) => client.close()));
  }

  async #end(caller: Caller): Promise<void> {
    if (this.#callers.delete(caller)) await caller.close();
  }
}
