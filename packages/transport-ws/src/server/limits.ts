import {
  checkNames,
  connectionLimits,
  DEFAULT_CONNECTION_LIMITS,
  withDefaults,
  type ConnectionLimits,
} from "@towpath/mcp-core/transport";

/** What the clients of one endpoint may cost. */
export interface WebSocketLimits extends ConnectionLimits {
  /** WebSockets at a time, those being opened included; further ones get 503. Default: 10,000. */
  readonly maxConnections: number;
  /** Bytes of one message; a longer one closes its connection with 1009. Default: 4 MiB. */
  readonly maxMessageBytes: number;
  /**
   * Bytes that are here of messages which are not yet whole, of all connections, and 128 for each piece they came in;
   * whoever sends more, and has sent 64 KiB of one, is closed with 1008. Default: 256 MiB.
   */
  readonly maxTotalMessageBytes: number;
  /**
   * Bytes that may wait for a client which reads. One that has more waiting, and takes none of it for 5 seconds, is
   * closed with 1008. Default: 1 MiB.
   */
  readonly maxQueuedBytes: number;
  /**
   * The same of all connections together. While more waits, clients with more than `maxQueuedBytes` are closed at once.
   * Default: 256 MiB.
   */
  readonly maxTotalQueuedBytes: number;
  /**
   * Requests of all connections that are being served or wait for it; further ones get a busy error, and so do those of
   * one connection past a quarter of it. Default: 16,384.
   */
  readonly maxTotalInFlight: number;
  /** Characters of their messages, and of those of open subscriptions, in the same way. Default: 256 Mi. */
  readonly maxTotalInFlightBytes: number;
  /** How long a client may take none of what waits for it, in ms, before it is closed with 1008. Default: 30,000. */
  readonly stallTimeoutMs: number;
  /** How long `authorize` may take, in ms; then the client gets 503, and `onError` is told. Default: 30,000. */
  readonly authorizeTimeoutMs: number;
}

export const DEFAULT_WEB_SOCKET_LIMITS: WebSocketLimits = {
  ...DEFAULT_CONNECTION_LIMITS,
  maxConnections: 10_000,
  maxMessageBytes: 4 * 2 ** 20,
  maxTotalMessageBytes: 256 * 2 ** 20,
  maxQueuedBytes: 2 ** 20,
  maxTotalQueuedBytes: 256 * 2 ** 20,
  maxTotalInFlight: 16_384,
  maxTotalInFlightBytes: 256 * 2 ** 20,
  stallTimeoutMs: 30_000,
  authorizeTimeoutMs: 30_000,
};

/**
 * Fills in the defaults.
 * @throws RangeError when a limit is not a positive integer or `Infinity`; TypeError when there is no such limit
 */
export function webSocketLimits(given: Partial<WebSocketLimits> = {}): WebSocketLimits {
  checkNames("limits", given, DEFAULT_WEB_SOCKET_LIMITS);
  // Checks all of them, and keeps what it does not know; no connection has to check them again.
  return connectionLimits(withDefaults(DEFAULT_WEB_SOCKET_LIMITS, given)) as WebSocketLimits;
}
