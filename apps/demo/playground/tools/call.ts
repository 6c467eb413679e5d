import {
  ProtocolError,
  TaskCancelledError,
  type CallToolResult,
  type JsonObject,
  type McpClient,
  type Progress,
  type SavedTask,
  type TaskHandle,
  type TaskSnapshot,
} from "@towpath/mcp-core";
import type { Connection } from "../connection/connection.js";
import { toast } from "../page/notices.js";
import { Value } from "../page/value.js";
import { messageOf } from "../page/words.js";
import type { KeptTasks } from "./kept-tasks.js";

export interface Running {
  readonly kind: "running";
  readonly progress?: Progress;
  /** Where it has become one. */
  readonly task?: TaskSnapshot;
}

export type CallState =
  | Running
  | { readonly kind: "done"; readonly result: CallToolResult; readonly ms: number }
  | { readonly kind: "failed"; readonly error: unknown; readonly ms: number }
  | { readonly kind: "cancelled"; readonly ms: number };

/** What is called, and since when. */
export interface Called {
  readonly tool: string;
  readonly args: JsonObject;
  /** Ms since the epoch. */
  readonly startedAt: number;
}

/** One call of a tool, from its beginning to what comes of it; or one that has become a task, for as long as it takes. */
export class Call implements Called {
  readonly tool: string;
  readonly args: JsonObject;
  readonly startedAt: number;
  readonly state = new Value<CallState>({ kind: "running" });
  readonly #kept: KeptTasks;
  readonly #giving = new AbortController();
  #task: TaskHandle | undefined;

  /** @param kept remembers the task that it becomes, if it does */
  constructor({ tool, args, startedAt }: Called, kept: KeptTasks) {
    this.tool = tool;
    this.args = args;
    this.startedAt = startedAt;
    this.#kept = kept;
  }

  get isTask(): boolean {
    return this.#task !== undefined;
  }

  /** Never rejects: what goes wrong is the state. */
  run(connection: Connection, mayBeTask: boolean): Promise<void> {
    return this.#settle(async () => {
      const client = liveClient(connection);
      const options = {
        signal: this.#giving.signal,
        onProgress: (progress: Progress) => {
          if (this.#task === undefined) this.state.set({ kind: "running", progress });
        },
        ...connection.callMeta,
      };
      if (!mayBeTask) return client.callTool(this.tool, this.args, options);
      const task = await client.startTask(this.tool, this.args, options);
      return task.id === undefined ? task.result() : this.#follow(task, task.id, connection);
    });
  }

  /** Goes on with a task. Never rejects either. */
  pickUp(connection: Connection, saved: SavedTask): Promise<void> {
    return this.#settle(async () => {
      const task = await liveClient(connection)
        .resumeTask(saved)
        .catch((error: unknown) => {
          if (saved.id !== undefined) this.#kept.forget(saved.id);
          throw error;
        });
      return task.id === undefined ? task.result() : this.#follow(task, task.id, connection);
    });
  }

  cancel(): void {
    if (this.#task === undefined) this.#giving.abort(new Error("The user gave up"));
    else this.#task.cancel().catch((error: unknown) => toast(messageOf(error), "bad"));
  }

  async #follow(task: TaskHandle, id: string, connection: Connection): Promise<CallToolResult> {
    this.#task = task;
    this.#kept.keep(id, this, task.toJSON(), connection);
    try {
      for await (const seen of task.updates())
        if (isUnderWay(seen)) this.state.set({ kind: "running", task: seen });
      return await task.result();
    } catch (error) {
      // Of others it is not known whether the task goes on.
      if (error instanceof ProtocolError || error instanceof TaskCancelledError) this.#kept.forget(id);
      throw error;
    } finally {
      if (!isUnderWay(task.status)) this.#kept.forget(id);
    }
  }

  async #settle(run: () => Promise<CallToolResult>): Promise<void> {
    try {
      const result = await run();
      this.state.set({ kind: "done", result, ms: this.#ms() });
    } catch (error) {
      const isCancelled = this.#giving.signal.aborted || error instanceof TaskCancelledError;
      this.state.set(
        isCancelled ? { kind: "cancelled", ms: this.#ms() } : { kind: "failed", error, ms: this.#ms() },
      );
    }
  }

  #ms(): number {
    return Date.now() - this.startedAt;
  }
}

/** @throws Error where there is none */
function liveClient({ live }: Connection): McpClient {
  if (live === undefined) throw new Error("There is no connection");
  return live.client;
}

function isUnderWay({ status }: TaskSnapshot): boolean {
  return status === "working" || status === "input_required";
}
