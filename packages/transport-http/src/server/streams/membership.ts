import type { Nodes } from "@towpath/mcp-core/transport";

/** This node among the others, from its first stream on. */
export class Membership {
  readonly #nodes: Nodes;
  #joined: Promise<void> | undefined;

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  /** Settles when the others can know this node; rejects as the state does, and then tries again with the next call. */
  join(): Promise<void> {
    this.#joined ??= this.#nodes.join().catch((error: unknown) => {
      this.#joined = undefined;
      throw error;
    });
    return this.#joined;
  }

  /** There is no more to come from here. */
  async leave(): Promise<void> {
    if (this.#joined !== undefined) await this.#nodes.leave();
  }
}
