import { fetchConnector, limited } from "@towpath/mcp-core/http-client";
import type { ClientTransport } from "@towpath/mcp-core/transport";
import { sseTransport } from "./client.js";
import type { SseClientOptions } from "./options.js";

/**
 * Speaks to a server over HTTP+SSE (2024-11-05, Transports, HTTP with SSE), in every revision with a handshake,
 * through the runtime's `fetch` or the one that is given.
 *
 * Connecting rejects with an `EndpointError` where the server says to post messages to another origin. Calls reject
 * with an `UnauthorizedError` or a `ForbiddenError` for the statuses 401 and 403, with an `HttpStatusError` for others
 * that come without an error of MCP's, and with a `ConnectionLostError` as soon as it is known that no answer can come.
 *
 * @param url of the event stream, as in `https://example.com/sse`
 * @throws TypeError for what is no such URL, and for headers that cannot be sent; RangeError for limits and durations
 */
export function sseClient(url: string | URL, options: SseClientOptions = {}): ClientTransport {
  return sseTransport(url, options, () => limited(fetchConnector(options), options.maxConnections));
}
