import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { readProgress } from "../../protocol/progress.js";
import { readTask } from "./seen.js";
import type { TaskSnapshot } from "./types.js";

/** A task that was written down and read again. */
export interface ReadTask {
  readonly id: string | undefined;
  readonly tool: string;
  readonly snapshot: TaskSnapshot;
  readonly result: JsonObject | undefined;
}

/**
 * Reads what a handle wrote of itself.
 * @throws TypeError for anything else
 */
export function readSaved(given: unknown): ReadTask {
  const saved = typeof given === "string" ? parsed(given) : given;
  if (!isObject(saved) || saved["version"] !== 1)
    throw new TypeError(
      `resumeTask(saved): saved must be what JSON.stringify made of a task's handle, not ${describe(given)}`,
    );
  const { id, tool, status, result } = saved;
  if (typeof tool !== "string") throw unfit("tool", "a string", tool);
  if (id !== undefined && (typeof id !== "string" || id === "")) throw unfit("id", "a string", id);
  if (result !== undefined && !isObject(result)) throw unfit("result", "an object", result);
  if (id === undefined && result === undefined) throw unfit("id", "a string, where there is no result", id);
  return { id, tool, snapshot: snapshotOf(status), result };
}

function snapshotOf(status: unknown): TaskSnapshot {
  if (!isObject(status)) throw unfit("status", "an object", status);
  const { message, progress, ...rest } = status;
  const wire = { ...rest, taskId: "saved", ...(message !== undefined && { statusMessage: message }) };
  try {
    return { ...readTask("resumeTask(saved)", wire).snapshot, ...progressOf(progress) };
  } catch {
    throw unfit("status.status", "that of a task", status["status"]);
  }
}

function progressOf(progress: unknown): Pick<TaskSnapshot, "progress"> {
  const read = isObject(progress) ? readProgress(progress) : undefined;
  return read === undefined ? {} : { progress: read };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unfit(member: string, expected: string, given: unknown): TypeError {
  return new TypeError(`resumeTask(saved): ${member} must be ${expected}, not ${describe(given)}`);
}
