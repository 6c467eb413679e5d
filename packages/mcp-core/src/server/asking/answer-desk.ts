import type { AnswerOutcome, Nodes } from "../../contract/index.js";
import type { JsonRpcResponse } from "../../jsonrpc/messages.js";
import { asJsonObject } from "../../jsonrpc/as-json.js";
import type { Bus } from "../../state/contract.js";

/** How long another node may take to say whether it waits for an answer, in ms. */
const ROUTING_TIMEOUT_MS = 5_000;

/** Whoever asks on one link, and takes the answers to that. */
export interface Asking {
  /** The session whose client is asked: no other's answers count. */
  readonly session: string;
  /** @returns whether anybody waited for it */
  readonly deliver: (response: JsonRpcResponse) => boolean;
}

/** An answer on its way to the node that asked. */
interface Passed {
  readonly prefix: string;
  readonly session: string;
  readonly response: JsonRpcResponse;
}

/** Where answers arrive that other nodes were given, for all links of this one that ask. */
export class AnswerDesk {
  readonly #bus: Bus;
  readonly #nodes: Nodes;
  readonly #asking = new Map<string, Asking>();
  #serving: Promise<unknown> | undefined;

  constructor(bus: Bus, nodes: Nodes) {
    this.#bus = bus;
    this.#nodes = nodes;
  }

  /** A prefix for the ids of what one link asks, which says where answers have to go. */
  newPrefix(): string {
    return `${this.#nodes.id}/${crypto.randomUUID()}:`;
  }

  /** Settles once answers to what has this prefix arrive; rejects as the state does. */
  async open(prefix: string, asking: Asking): Promise<void> {
    this.#asking.set(prefix, asking);
    this.#serving ??= this.#serve().catch((error: unknown) => {
      this.#serving = undefined; // tried again by the next question
      throw error;
    });
    await this.#serving;
  }

  close(prefix: string): void {
    this.#asking.delete(prefix);
  }

  /** Hands an answer over to the node that asked. */
  async pass(response: JsonRpcResponse, prefix: string, session: string): Promise<AnswerOutcome> {
    const slash = prefix.indexOf("/");
    if (slash === -1) return "unknown";
    const node = prefix.slice(0, slash);
    if (node === this.#nodes.id) return this.#take(prefix, session, response);
    const passed: Passed = { prefix, session, response };
    const message = asJsonObject(passed);
    try {
      const outcome = await this.#bus.request(topicOf(node), message, { timeoutMs: ROUTING_TIMEOUT_MS });
      return outcome === "delivered" || outcome === "lost" ? outcome : "unknown";
    } catch {
      // A node that is there may have lost sight of the state for a moment.
      const there = await this.#nodes.isThere(node).catch(() => true);
      return there ? "unavailable" : "lost";
    }
  }

  #serve(): Promise<unknown> {
    return this.#bus.serve(topicOf(this.#nodes.id), (message) => {
      // Only nodes of this server publish here, and only this.
      const { prefix, session, response } = message as unknown as Passed;
      return this.#take(prefix, session, response);
    });
  }

  #take(prefix: string, session: string, response: JsonRpcResponse): "delivered" | "lost" | "unknown" {
    const asking = this.#asking.get(prefix);
    if (asking === undefined) return "lost";
    return asking.session === session && asking.deliver(response) ? "delivered" : "unknown";
  }
}

function topicOf(node: string): string {
  return `towpath/answers/${node}`;
}
