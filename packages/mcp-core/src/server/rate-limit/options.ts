import type { Principal, ReadonlyHeaders } from "../../contract/index.js";
import { checkDuration, checkFunction } from "../../protocol/option-checks.js";
import { checkLimit } from "../../protocol/limits.js";

/** How many requests each caller may make. Without `by`, callers are told apart by their principal's id. */
export interface RateLimitOptions {
  /** Requests in each window, over all nodes. All count but `ping`; those of a batch one by one. */
  readonly requests: number;
  /** How long a window is, in ms. Default: 60,000. */
  readonly perMs?: number;
  /**
   * Whose count a request goes to; `undefined`: it is not limited. What it throws ends the request with an internal
   * error. Default: the principal's id; callers that have none count together.
   */
  readonly by?: (caller: RateLimitCaller) => string | undefined;
  /** Callers whose counts this node remembers at a time. Default: 100,000. */
  readonly maxCallers?: number;
}

/** What is known of a request before it is read. */
export interface RateLimitCaller {
  /** Who was authenticated, if anyone. */
  readonly principal: Principal | undefined;
  /** The transport's name, as in `streamable-http`. */
  readonly transport: string;
  /** The session's id, where a transport keeps sessions. */
  readonly session: string | undefined;
  /** The headers of the HTTP request, where there was one. */
  readonly headers: ReadonlyHeaders | undefined;
  readonly method: string;
}

export interface CheckedRateLimit {
  readonly requests: number;
  readonly perMs: number;
  readonly by: RateLimitOptions["by"];
  readonly maxCallers: number;
}

/** @throws RangeError, TypeError for options that are not what they must be */
export function checkedRateLimit(options: RateLimitOptions): CheckedRateLimit {
  const { requests, perMs = 60_000, by, maxCallers = 100_000 } = options;
  if (!(Number.isSafeInteger(requests) && requests > 0))
    throw new RangeError(`rateLimit.requests must be a positive integer, not ${String(requests)}`);
  checkDuration("rateLimit.perMs", perMs);
  if (perMs === Infinity) throw new RangeError("rateLimit.perMs must be finite");
  checkFunction("rateLimit.by", by);
  checkLimit("rateLimit.maxCallers", maxCallers);
  return { requests, perMs, by, maxCallers };
}
