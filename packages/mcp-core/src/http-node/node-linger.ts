import type { IncomingMessage, ServerResponse } from "node:http";
import { systemClock } from "../protocol/clock.js";

/** How long a client may go on sending after its answer, in ms. */
const LINGER_MS = 2000;

/**
 * Sends the whole of an answer while the request is still coming, and ends the connection once that is over, or
 * has gone on for too long. Closed at once, with bytes unread, the connection would be reset, and the answer be
 * lost to a client that has not read it yet (RFC 9112, section 9.6).
 */
export function lingerThenEnd(
  request: IncomingMessage,
  response: ServerResponse,
  content: string,
  longestMs: number,
): void {
  if (content === "") response.flushHeaders();
  else response.write(content);
  const end = (): void => {
    timer.cancel();
    response.end();
  };
  const timer = systemClock.schedule(Math.min(LINGER_MS, longestMs), end);
  request.once("end", end);
  request.once("close", end);
  request.resume();
}
