import type { CallLimits } from "../http/call.js";

/** What a call may cost where nothing else is said. */
export const DEFAULT_CALL_LIMITS: CallLimits = {
  maxBodyBytes: 4 * 2 ** 20,
  maxTotalBodyBytes: 256 * 2 ** 20,
  requestTimeoutMs: 30_000,
  maxQueuedBytes: 2 ** 20,
  stallTimeoutMs: 30_000,
};
