import type { JsonObject } from "../../jsonrpc/messages.js";
import type { ProtocolError } from "../../jsonrpc/errors.js";
import type { CallToolResult, Progress } from "../../protocol/types.js";
import type { CallOptions } from "../../extension/call-options.js";
import type { TaskStatus } from "../wire.js";

interface SnapshotOf<Status extends TaskStatus> {
  readonly status: Status;
  /** What the server says of it, for people to read. */
  readonly message?: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. */
  readonly lastUpdatedAt: string;
  /** How long the server keeps it, in ms from its creation on; `null`: for ever. */
  readonly ttlMs: number | null;
  /** How long to wait before asking again, in ms. */
  readonly pollIntervalMs?: number;
  /** How far it has come, where the server says that. */
  readonly progress?: Progress;
}

/** A task as the server described it last. */
export type TaskSnapshot =
  | SnapshotOf<"working">
  /** The server asks this client something, and goes on with the answer. */
  | SnapshotOf<"input_required">
  | SnapshotOf<"completed">
  /**
   * `error`, where it is known: what the call failed with. In 2025-11-25 a tool that answered with `isError` has failed
   * too; in the extension it is completed.
   */
  | (SnapshotOf<"failed"> & { readonly error?: ProtocolError })
  | SnapshotOf<"cancelled">;

export interface WaitOptions {
  /** Stops waiting, and not the task. */
  readonly signal?: AbortSignal;
}

/**
 * A task of a server's. While somebody waits for its result or its updates it is seen to: the server is asked how it
 * stands, and its questions go to the client's handlers. Otherwise nothing is sent.
 */
export interface TaskHandle {
  /** As the server calls it; whoever knows it may be able to read the task. `undefined`: it answered at once. */
  readonly id: string | undefined;
  readonly tool: string;
  /** What is known of it. */
  readonly status: TaskSnapshot;
  /**
   * Settles with the result of the tool.
   * @throws TaskCancelledError; ProtocolError with what the call failed with, or when the server does not know the task
   *   (any more); InvalidResultError; what a handler of questions throws, after which the task is cancelled;
   *   RequestTimeoutError when the server is silent; ConnectionLostError when there is no way back; the signal's reason
   */
  result(options?: WaitOptions): Promise<CallToolResult>;
  /**
   * What is known of it now, and each change from now on, up to the last. Of changes that nobody took, the oldest are
   * left out beyond 100.
   * @throws as {@link TaskHandle.result}, but for how the task itself ended
   */
  updates(options?: WaitOptions): AsyncGenerator<TaskSnapshot, void, undefined>;
  /**
   * Asks the server to end it, which it may do later, or not (Tasks extension, Task Cancellation). Settles when the server
   * was asked, or when the task had ended before.
   */
  cancel(): Promise<void>;
  /** What `resumeTask` picks up. Keep it where others do not read it. */
  toJSON(): SavedTask;
}

/** A task that can be written down. */
export interface SavedTask {
  readonly version: 1;
  readonly id?: string;
  readonly tool: string;
  readonly status: JsonObject;
  /** Where there is no task, as the server answered at once. */
  readonly result?: JsonObject;
}

export interface StartTaskOptions extends Omit<CallOptions, "cache" | "maxTotalTimeoutMs"> {
  /**
   * How long the server is to keep the task, in ms from its creation on; it may keep it for another time (2025-11-25,
   * Tasks, Task Parameters). In the stateless era the server decides alone.
   */
  readonly ttlMs?: number;
}
