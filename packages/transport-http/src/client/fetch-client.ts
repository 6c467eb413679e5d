import type { ClientTransport } from "@towpath/mcp-core/transport";
import { httpTransport } from "./client.js";
import { fetchConnector, limited } from "@towpath/mcp-core/http-client";
import type { StreamableHttpClientOptions } from "./options.js";

/**
 * Speaks to a server at an MCP endpoint over Streamable HTTP, in every revision (Transports, Streamable HTTP),
 * through the runtime's `fetch` or the one that is given.
 *
 * Calls reject with an `UnauthorizedError` or a `ForbiddenError` for the statuses 401 and 403, with an
 * `HttpStatusError` for others that come without an error of MCP's, and with a `ConnectionLostError` as soon as
 * it is known that no answer can come.
 *
 * @throws TypeError for what is no endpoint, and for headers that cannot be sent; RangeError for limits and durations
 */
export function streamableHttpClient(
  url: string | URL,
  options: StreamableHttpClientOptions = {},
): ClientTransport {
  return httpTransport(url, options, () => limited(fetchConnector(options), options.maxConnections));
}
