import { checkLimit, withDefaults } from "../protocol/limits.js";

/** What one connection may have under way at a time. */
export interface ConnectionLimits {
  /** Requests being served at once; further ones wait, but for `ping`. Default: 1,024. */
  readonly maxInFlight: number;
  /** Requests waiting for a free place; further ones are refused with a `BusyError`. Default: 4,096. */
  readonly maxQueued: number;
  /** Open `subscriptions/listen` requests, counted apart from the others. Default: 64. */
  readonly maxListens: number;
  /** Messages in one JSON-RPC batch. Default: 100. */
  readonly maxBatch: number;
}

export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  maxInFlight: 1024,
  maxQueued: 4096,
  maxListens: 64,
  maxBatch: 100,
};

/**
 * Fills in the defaults.
 * @throws RangeError when a limit is not a positive integer or `Infinity`.
 */
export function connectionLimits(
  given: Partial<ConnectionLimits> = DEFAULT_CONNECTION_LIMITS,
): ConnectionLimits {
  if (isComplete(given)) return given;
  const limits = withDefaults(DEFAULT_CONNECTION_LIMITS, given);
  for (const [name, value] of Object.entries(limits)) checkLimit(name, value);
  complete.add(limits);
  return limits;
}

/** Those that are whole and checked, so that many connections can have the same. */
const complete = new WeakSet<object>([DEFAULT_CONNECTION_LIMITS]);

function isComplete(given: Partial<ConnectionLimits>): given is ConnectionLimits {
  return complete.has(given);
}
