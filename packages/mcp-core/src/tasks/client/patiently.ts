import type { ClientExtensionHost } from "../../extension/client.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import {
  InvalidResultError,
  MissingServerCapabilityError,
  NoCommonRevisionError,
  RequestTimeoutError,
} from "../../protocol/client-errors.js";
import { RateLimitedError, TowpathErrorCode, UnreadableResponseError } from "../../protocol/errors.js";
import { pause } from "../../protocol/pause.js";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** Of the pauses that a server asks for. */
const SHORTEST_ASKED_MS = 50;
const LONGEST_ASKED_MS = 3_600_000;

const PASSING: ReadonlySet<number> = new Set([
  TowpathErrorCode.busy,
  TowpathErrorCode.shuttingDown,
  TowpathErrorCode.requestLost,
]);

/** Errors that would be the same the next time. */
const SETTLED = [
  InvalidResultError,
  MissingServerCapabilityError,
  NoCommonRevisionError,
  RequestTimeoutError,
  UnreadableResponseError,
  TypeError,
  RangeError,
];

/** Statuses of HTTP that are about the moment. */
const PASSING_STATUSES: ReadonlySet<unknown> = new Set([429, 502, 503, 504]);

/**
 * Sends what does no harm when it is sent twice, and again while it fails for a reason that passes: after 1 s, each
 * further pause twice as long, up to 30 s; or when the server said that it may be, after at most 1 h.
 * @throws what it fails with otherwise, also when there is no way to the server any more; the signal's reason
 */
export async function patiently<T>(
  host: Pick<ClientExtensionHost, "clock" | "isReachable">,
  signal: AbortSignal,
  send: () => Promise<T>,
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    try {
      return await send();
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error) || !host.isReachable) throw error;
      await pause(host.clock, error instanceof RateLimitedError ? askedMs(error) : pauseMs, signal);
    }
  }
}

function askedMs({ retryAfterMs }: RateLimitedError): number {
  return Math.min(Math.max(retryAfterMs, SHORTEST_ASKED_MS), LONGEST_ASKED_MS);
}

/** Whether it may be different the next time. */
export function mayPass(error: unknown): boolean {
  if (error instanceof RateLimitedError) return true;
  if (error instanceof ProtocolError) return PASSING.has(error.code);
  if (!(error instanceof Error) || SETTLED.some((settled) => error instanceof settled)) return false;
  return "status" in error ? PASSING_STATUSES.has(error.status) : error.name !== "AbortError";
}
