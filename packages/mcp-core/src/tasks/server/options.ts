import { describe } from "../../jsonrpc/guards.js";
import { withDefaults } from "../../protocol/limits.js";
import { checkNames } from "../../protocol/option-checks.js";

/** Limits and defaults of tasks: `tasks` of the server's options. All are whole numbers greater than 0. */
export interface TaskOptions {
  /** How long a task is kept from its creation on, in ms, unless its tool says so. Default: 3,600,000. */
  readonly ttlMs?: number;
  /**
   * The longest time a client may ask for, in ms (2025-11-25, Tasks, Creating Tasks); the default time is never longer.
   * Default: 86,400,000.
   */
  readonly maxTtlMs?: number;
  /** How often clients are to ask what has become of a task, in ms, unless its tool says so. Default: 1,000. */
  readonly pollIntervalMs?: number;
  /** Tasks that are kept at a time, on all nodes together; more are refused with `BusyError`. Default: 100,000. */
  readonly maxTasks?: number;
  /** Of these, how many may be of one principal. Default: 10,000. */
  readonly maxTasksPerPrincipal?: number;
  /**
   * Bytes of the JSON of a result, of the questions a task has open, and of the answers it has not taken yet. Of what is
   * larger, the client gets an error that says so. Default: 4 MiB.
   */
  readonly maxResultBytes?: number;
}

export type TaskLimits = Required<TaskOptions>;

const DEFAULTS: TaskLimits = {
  ttlMs: 3_600_000,
  maxTtlMs: 86_400_000,
  pollIntervalMs: 1_000,
  maxTasks: 100_000,
  maxTasksPerPrincipal: 10_000,
  maxResultBytes: 4 * 2 ** 20,
};

/** @throws TypeError, RangeError for options that are not what they must be */
export function checkedTaskOptions(options: TaskOptions = {}): TaskLimits {
  checkNames("tasks", options, DEFAULTS);
  const limits = withDefaults(DEFAULTS, options);
  for (const [name, value] of Object.entries(limits)) checkWhole(`tasks.${name}`, value);
  const { ttlMs, maxTtlMs } = limits;
  if (options.ttlMs !== undefined && ttlMs > maxTtlMs)
    throw new RangeError(
      `tasks.ttlMs must not be more than tasks.maxTtlMs, as ${String(ttlMs)} is more than ${String(maxTtlMs)}`,
    );
  return { ...limits, ttlMs: Math.min(ttlMs, maxTtlMs) };
}

/** @throws RangeError */
export function checkWhole(name: string, value: unknown): void {
  if (!(Number.isSafeInteger(value) && Number(value) > 0))
    throw new RangeError(`${name} must be a whole number greater than 0, not ${describe(value)}`);
}
