import { asJsonObject } from "../../jsonrpc/as-json.js";
import { InternalError } from "../../jsonrpc/errors.js";
import type { JsonObject, JsonRpcErrorObject } from "../../jsonrpc/messages.js";
import {
  TASK_PROGRESS,
  type DetailedTask,
  type ExperimentalTask,
  type Task,
  type TaskStatus,
} from "../wire.js";
import type { Outcome, TaskRecord } from "./record.js";

/** Whether a result that is an error makes a task `failed`: in 2025-11-25 it does, in the extension it does not. */
type Ended = (outcome: Outcome) => TaskStatus;

const inExtension: Ended = ({ kind }) =>
  kind === "cancelled" ? "cancelled" : kind === "error" ? "failed" : "completed";

const inRevision: Ended = (outcome) =>
  outcome.kind === "result" && outcome.isError ? "failed" : inExtension(outcome);

function statusOf({ outcome, questions }: TaskRecord, ended: Ended): TaskStatus {
  if (outcome !== undefined) return ended(outcome);
  return questions === undefined ? "working" : "input_required";
}

/** The status as 2025-11-25 has it (2025-11-25, Tasks, Task Status). */
export function experimentalStatus(record: TaskRecord): TaskStatus {
  return statusOf(record, inRevision);
}

function common(taskId: string, record: TaskRecord) {
  return {
    taskId,
    ...(record.message !== undefined && { statusMessage: record.message }),
    createdAt: new Date(record.createdAt).toISOString(),
    lastUpdatedAt: new Date(record.updatedAt).toISOString(),
  };
}

/** A task as 2025-11-25 shows it. */
export function experimentalTask(taskId: string, record: TaskRecord): ExperimentalTask {
  return {
    ...common(taskId, record),
    status: experimentalStatus(record),
    ttl: record.ttlMs,
    pollInterval: record.pollIntervalMs,
  };
}

/** A task as the extension shows it. */
export function task(taskId: string, record: TaskRecord): Task {
  return {
    ...common(taskId, record),
    status: statusOf(record, inExtension),
    ttlMs: record.ttlMs,
    pollIntervalMs: record.pollIntervalMs,
  };
}

/** The same with what its status brings along, and how far it has come. */
export function detailedTask(taskId: string, record: TaskRecord): JsonObject {
  const { questions, progress, outcome } = record;
  const detailed: DetailedTask = {
    ...task(taskId, record),
    ...(questions !== undefined && outcome === undefined && { inputRequests: questions }),
    ...detailsOf(outcome),
  };
  const shown = progress !== undefined && { _meta: { [TASK_PROGRESS]: asJsonObject(progress) } };
  return asJsonObject({ ...detailed, ...shown });
}

function detailsOf(outcome: Outcome | undefined): Pick<DetailedTask, "result" | "error"> {
  if (outcome?.kind === "result") return { result: { ...outcome.value, resultType: "complete" } };
  return outcome?.kind === "error" ? { error: errorOf(outcome.value) } : {};
}

export function errorOf(value: JsonRpcErrorObject | undefined): JsonRpcErrorObject {
  return value ?? new InternalError("What became of the task is no longer known").toJSON();
}
