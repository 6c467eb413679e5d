import type { ToolInfo } from "../../extension/tools.js";
import { describe, isObject } from "../../jsonrpc/guards.js";
import { checkBoolean, checkFunction, checkNames } from "../../protocol/option-checks.js";
import type { TaskSupport } from "../wire.js";
import { checkWhole } from "./options.js";

/** How a tool is a task, as its `task` option says. */
export interface ToolTask {
  readonly support: Exclude<TaskSupport, "forbidden">;
  readonly ttlMs: number | undefined;
  readonly pollIntervalMs: number | undefined;
}

const OPTIONAL: ToolTask = { support: "optional", ttlMs: undefined, pollIntervalMs: undefined };
const REQUIRED: ToolTask = { ...OPTIONAL, support: "required" };
const NAMES = { required: true, ttlMs: true, pollIntervalMs: true, before: true };

/** `undefined`: its calls become no tasks. */
export function toolTaskOf({ definition }: ToolInfo): ToolTask | undefined {
  const { task } = definition;
  if (task === undefined || task === false) return undefined;
  if (task === true) return OPTIONAL;
  if (!isObject(task)) return REQUIRED;
  // Checked when the tool was registered.
  const { required, ttlMs, pollIntervalMs } = task as { required?: boolean } & Partial<ToolTask>;
  return { support: required === true ? "required" : "optional", ttlMs, pollIntervalMs };
}

/** @throws TypeError, RangeError for an option `task` that is not what it must be */
export function checkToolTask({ name, definition }: ToolInfo): void {
  const { task } = definition;
  if (task === undefined || typeof task === "boolean" || task === "required") return;
  const owner = `task of tool "${name}"`;
  if (!isObject(task))
    throw new TypeError(`${owner} must be true, false, "required" or an object, not ${describe(task)}`);
  checkNames(owner, task, NAMES);
  if (task["required"] !== undefined) checkBoolean(`${owner}: required`, task["required"]);
  checkFunction(`${owner}: before`, task["before"]);
  for (const key of ["ttlMs", "pollIntervalMs"])
    if (task[key] !== undefined) checkWhole(`${owner}: ${key}`, task[key]);
}
