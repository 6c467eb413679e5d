import type { CallToolResult, JsonObject, Progress } from "@towpath/mcp-core";
import type { Connection } from "../connection/connection.js";
import { Value } from "../page/value.js";

export type CallState =
  | { readonly kind: "running"; readonly progress?: Progress }
  | { readonly kind: "done"; readonly result: CallToolResult; readonly ms: number }
  | { readonly kind: "failed"; readonly error: unknown; readonly ms: number }
  | { readonly kind: "cancelled"; readonly ms: number };

/** One call of a tool, from its beginning to what comes of it. */
export class Call {
  readonly tool: string;
  readonly args: JsonObject;
  /** Ms since the epoch. */
  readonly startedAt = Date.now();
  readonly state = new Value<CallState>({ kind: "running" });
  readonly #giving = new AbortController();

  constructor(tool: string, args: JsonObject) {
    this.tool = tool;
    this.args = args;
  }

  /** Never rejects: what goes wrong is the state. */
  async run(connection: Connection): Promise<void> {
    const client = connection.live?.client;
    const { signal } = this.#giving;
    try {
      if (client === undefined) throw new Error("There is no connection");
      const result = await client.callTool(this.tool, this.args, {
        signal,
        onProgress: (progress) => this.state.set({ kind: "running", progress }),
        ...connection.callMeta,
      });
      this.state.set({ kind: "done", result, ms: this.#ms() });
    } catch (error) {
      this.state.set(
        signal.aborted ? { kind: "cancelled", ms: this.#ms() } : { kind: "failed", error, ms: this.#ms() },
      );
    }
  }

  cancel(): void {
    this.#giving.abort(new Error("The user gave up"));
  }

  #ms(): number {
    return Date.now() - this.startedAt;
  }
}
