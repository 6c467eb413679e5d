import { checkLimit, checkNames, withDefaults } from "@towpath/mcp-core/transport";

/** What the clients of one endpoint may cost. */
export interface HttpLimits {
  /** Bytes of a request's body; more is refused with 413 before it is read to its end. Default: 4 MiB. */
  readonly maxBodyBytes: number;
  /**
   * Bytes that are here of all bodies being read, and 128 for each piece they came in; a body that would be more gets
   * 503. Default: 256 MiB.
   */
  readonly maxTotalBodyBytes: number;
  /** Messages in one JSON-RPC batch, which only revision 2025-03-26 has. Default: 100. */
  readonly maxBatch: number;
  /** Requests of all clients being served at once; further ones get 503. Default: 4,096. */
  readonly maxInFlight: number;
  /** Open `subscriptions/listen` requests, counted apart from the others; further ones get 503. Default: 1,024. */
  readonly maxListens: number;
  /** Sessions at a time, on all nodes that share the state; further ones get 503. Default: 10,000. */
  readonly maxSessions: number;
  /** Requests in flight and open streams of one session; further ones get 429. Default: 64. */
  readonly maxStreamsPerSession: number;
  /** Bytes that wait in one stream for a client that does not read; then it is cut off. Default: 1 MiB. */
  readonly maxQueuedBytes: number;
  /**
   * How long a session is kept while no connection of its client is open, in ms; until the first request after
   * `initialize` for 60,000 at most. Default: 1,800,000.
   */
  readonly sessionTtlMs: number;
  /** How long a request may take to arrive, in ms; then it gets 408. Default: 30,000. */
  readonly requestTimeoutMs: number;
  /** How long a client may take none of what waits for it, in ms, before it is cut off. Default: 30,000. */
  readonly stallTimeoutMs: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxBodyBytes: 4 * 2 ** 20,
  maxTotalBodyBytes: 256 * 2 ** 20,
  maxBatch: 100,
  maxInFlight: 4096,
  maxListens: 1024,
  maxSessions: 10_000,
  maxStreamsPerSession: 64,
  maxQueuedBytes: 2 ** 20,
  sessionTtlMs: 1_800_000,
  requestTimeoutMs: 30_000,
  stallTimeoutMs: 30_000,
};

/**
 * Fills in the defaults.
 * @throws RangeError when a limit is not a positive integer or `Infinity`; TypeError when there is no such limit
 */
export function httpLimits(given: Partial<HttpLimits> = {}): HttpLimits {
  checkNames("limits", given, DEFAULT_HTTP_LIMITS);
  const limits = withDefaults(DEFAULT_HTTP_LIMITS, given);
  for (const [name, value] of Object.entries(limits)) checkLimit(name, value);
  return limits;
}
