import { InternalError, type ProtocolError } from "../../jsonrpc/errors.js";
import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { InvalidResultError } from "../../protocol/client-errors.js";
import { errorSaid } from "../../protocol/error-said.js";
import { readProgress } from "../../protocol/progress.js";
import { TASK_PROGRESS, type TaskStatus } from "../wire.js";
import type { TaskSnapshot } from "./types.js";

/** A task as a message of either protocol describes it. */
export interface Seen {
  readonly id: string;
  readonly snapshot: TaskSnapshot;
  readonly inputRequests: JsonObject | undefined;
  readonly result: JsonObject | undefined;
}

const STATUSES: ReadonlySet<unknown> = new Set<TaskStatus>([
  "working",
  "input_required",
  "completed",
  "failed",
  "cancelled",
]);

/**
 * Reads a task of either protocol: they differ in how they call two times.
 * @param method what it came with, for the error
 * @throws InvalidResultError
 */
export function readTask(method: string, task: unknown): Seen {
  if (!isObject(task))
    throw new InvalidResultError(`${method}: a task must be an object, not ${describe(task)}`);
  const { taskId, status, inputRequests, result } = task;
  if (typeof taskId !== "string" || taskId === "")
    throw new InvalidResultError(`${method}: the taskId of a task must be a string, not ${describe(taskId)}`);
  if (!isStatus(status))
    throw new InvalidResultError(`${method}: the status of a task cannot be ${describe(status)}`);
  return {
    id: taskId,
    snapshot: snapshotOf(task, status),
    inputRequests: status === "input_required" && isObject(inputRequests) ? inputRequests : undefined,
    result: isObject(result) ? result : undefined,
  };
}

function snapshotOf(task: JsonObject, status: TaskStatus): TaskSnapshot {
  const { statusMessage, ttlMs, ttl = ttlMs, pollIntervalMs, pollInterval = pollIntervalMs, _meta } = task;
  const createdAt = textOf(task["createdAt"]) ?? "";
  const told = isObject(_meta) ? _meta[TASK_PROGRESS] : undefined;
  const progress = isObject(told) ? readProgress(told) : undefined;
  const base = {
    ...(typeof statusMessage === "string" && { message: statusMessage }),
    createdAt,
    lastUpdatedAt: textOf(task["lastUpdatedAt"]) ?? createdAt,
    ttlMs: isTime(ttl) ? ttl : null,
    ...(isTime(pollInterval) && { pollIntervalMs: pollInterval }),
    ...(progress !== undefined && { progress }),
  };
  if (status !== "failed") return { status, ...base };
  const error = errorOf(task["error"]);
  return { status, ...base, ...(error !== undefined && { error }) };
}

function errorOf(error: unknown): ProtocolError | undefined {
  if (error === undefined) return undefined;
  if (!isObject(error)) return new InternalError();
  const { code, message, data } = error;
  if (typeof code !== "number" || typeof message !== "string") return new InternalError();
  return errorSaid({ code, message, ...(data !== undefined && { data }) });
}

function isStatus(value: unknown): value is TaskStatus {
  return STATUSES.has(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < Infinity;
}
