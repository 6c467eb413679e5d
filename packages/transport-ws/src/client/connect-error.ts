import { ConnectionLostError } from "@towpath/mcp-core/transport";
import { shown } from "./endpoint-url.js";

/** No WebSocket could be opened: nothing of any message has left. */
export function connectError(url: URL, why: string, cause?: unknown): ConnectionLostError {
  const message = `No WebSocket could be opened at ${shown(url)}: ${why}`;
  return new ConnectionLostError(message, { mayHaveBeenDelivered: false, cause });
}

export const tooSlow = (timeoutMs: number): string =>
  `it was not open within ${String(timeoutMs)} ms (connectTimeoutMs)`;

export const notTaken =
  "the server did not take the subprotocol mcp: it is none of MCP's, or not at this path";
