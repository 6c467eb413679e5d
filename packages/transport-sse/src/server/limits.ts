import { checkLimit, checkNames, withDefaults } from "@towpath/mcp-core/transport";

/** What the clients of one endpoint may cost. */
export interface SseLimits {
  /** Bytes of a message; more is refused with 413 before it is read to its end. Default: 4 MiB. */
  readonly maxBodyBytes: number;
  /**
   * Bytes that are here of all messages being read, and 128 for each piece they came in; a message that would be more
   * gets 503. Default: 256 MiB.
   */
  readonly maxTotalBodyBytes: number;
  /** Messages in one JSON-RPC batch, which only revision 2025-03-26 has. Default: 100. */
  readonly maxBatch: number;
  /** Requests of all sessions that are being served, or wait for it; further ones get 503. Default: 4,096. */
  readonly maxInFlight: number;
  /** Characters of their messages; a request that would be more gets 503. Default: 256 Mi. */
  readonly maxInFlightBytes: number;
  /** Requests of one session being served at once; further ones wait, but for `ping`. Default: 64. */
  readonly maxInFlightPerSession: number;
  /** Requests of one session that wait for a free place; further ones are refused with a `BusyError`. Default: 256. */
  readonly maxQueuedPerSession: number;
  /** Open sessions, on all nodes that share the state; further ones get 503. Default: 10,000. */
  readonly maxSessions: number;
  /** How long a client may take to introduce itself, in ms, before its session is ended. Default: 60,000. */
  readonly introductionTimeoutMs: number;
  /** Bytes that wait in one stream for a client that does not read; then it is cut off. Default: 1 MiB. */
  readonly maxQueuedBytes: number;
  /** How long a message may take to arrive, in ms; then it gets 408. Default: 30,000. */
  readonly requestTimeoutMs: number;
  /** How long a client may take none of what waits for it, in ms, before it is cut off. Default: 30,000. */
  readonly stallTimeoutMs: number;
}

export const DEFAULT_SSE_LIMITS: SseLimits = {
  maxBodyBytes: 4 * 2 ** 20,
  maxTotalBodyBytes: 256 * 2 ** 20,
  maxBatch: 100,
  maxInFlight: 4096,
  maxInFlightBytes: 256 * 2 ** 20,
  maxInFlightPerSession: 64,
  maxQueuedPerSession: 256,
  maxSessions: 10_000,
  introductionTimeoutMs: 60_000,
  maxQueuedBytes: 2 ** 20,
  requestTimeoutMs: 30_000,
  stallTimeoutMs: 30_000,
};

/**
 * Fills in the defaults.
 * @throws RangeError when a limit is not a positive integer or `Infinity`; TypeError when there is no such limit
 */
export function sseLimits(given: Partial<SseLimits> = {}): SseLimits {
  checkNames("limits", given, DEFAULT_SSE_LIMITS);
  const limits = withDefaults(DEFAULT_SSE_LIMITS, given);
  for (const [name, value] of Object.entries(limits)) checkLimit(name, value);
  return limits;
}
