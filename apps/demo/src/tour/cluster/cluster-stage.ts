import type { Era } from "@towpath/mcp-core";
import type { Cut } from "../cutting-proxy.js";
import { Caller } from "./caller.js";
import type { Nodes } from "./nodes.js";

/** A call whose node was killed, and which nobody has answered yet. */
export interface Orphan {
  readonly caller: Caller;
  /** Settles with its error, or with its result. */
  readonly outcome: Promise<unknown>;
}

/** Where the checks of several nodes take place. */
export class ClusterStage {
  readonly nodes: Nodes;
  era: Era = "handshake";
  /** From one check to a later one, as it takes a while to know that a node is gone. */
  orphan: Orphan | undefined;
  readonly #callers = new Set<Caller>();

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

  /** Ends whatever is still there. */
  async clear(): Promise<void> {
    await Promise.all([...this.#callers].map((caller) => this.#end(caller)));
    await this.nodes.end();
  }

  async #end(caller: Caller): Promise<void> {
    if (this.#callers.delete(caller)) await caller.close();
  }
}
