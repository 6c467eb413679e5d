import type { JsonObject, JsonRpcErrorObject } from "../jsonrpc/messages.js";
import type { InputRequest } from "../protocol/question-types.js";

/** The extension of the stateless era (Tasks extension, Extension Identifier). */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

/** The value of `resultType` that a task is answered with (Tasks extension, Polymorphic Results). */
export const TASK_RESULT = "task";

/** The notification of the extension (Tasks extension, Task Status Notifications). */
export const TASK_NOTIFICATION = "notifications/tasks";

/** The only revision with tasks in its core (2025-11-25, Tasks). */
export const TASKS_REVISION = "2025-11-25";

/** The notification of that revision (2025-11-25, Tasks, Task Status Notification). */
export const TASK_STATUS_NOTIFICATION = "notifications/tasks/status";

/** The key of `_meta` that ties a message to its task (2025-11-25, Tasks, Related Task Metadata). */
export const RELATED_TASK = "io.modelcontextprotocol/related-task";

/**
 * A key of `_meta`, of ours: how far a task of the extension has come, as `ctx.progress` said it. Others see the status
 * message alone.
 */
export const TASK_PROGRESS = "dev.towpath/progress";

/** `execution.taskSupport` of a tool (2025-11-25, Tasks, Tool-Level Negotiation). */
export type TaskSupport = "required" | "optional" | "forbidden";

export type TaskStatus = "working" | "input_required" | "completed" | "failed" | "cancelled";

export const TERMINAL: ReadonlySet<TaskStatus> = new Set(["completed", "failed", "cancelled"]);

/** What both protocols say of a task. Times are in ISO 8601. */
interface TaskBase {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly statusMessage?: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
}

/** A task of the extension (Tasks extension, Tasks). */
export interface Task extends TaskBase {
  /** From its creation on; `null`: for ever. */
  readonly ttlMs: number | null;
  readonly pollIntervalMs?: number;
}

/** The same with what its status brings along (Tasks extension, Task Status). */
export interface DetailedTask extends Task {
  readonly inputRequests?: Readonly<Record<string, InputRequest>>;
  readonly result?: JsonObject;
  readonly error?: JsonRpcErrorObject;
}

/** A task of 2025-11-25 (2025-11-25, Tasks, Data Types, Task). */
export interface ExperimentalTask extends TaskBase {
  /** In ms, from its creation on; `null`: for ever. */
  readonly ttl: number | null;
  /** In ms. */
  readonly pollInterval?: number;
}
