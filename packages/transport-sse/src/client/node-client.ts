import { type Connector, fetchConnector, limited } from "@towpath/mcp-core/http-client";
import {
  checkNodeOptions,
  nodeConnector,
  type NodeConnectorOptions,
} from "@towpath/mcp-core/http-client-node";
import type { ClientTransport } from "@towpath/mcp-core/transport";
import { sseTransport } from "./client.js";
import type { SseClientOptions } from "./options.js";

/**
 * The options that other runtimes have, and those of connections made by `node:http`: `tls`, `proxy` and
 * `connectTimeoutMs`, which count for nothing with `fetch`.
 */
export interface NodeSseClientOptions
  extends SseClientOptions, Omit<NodeConnectorOptions, "clock" | "maxConnections"> {}

const ON_NODE: Readonly<Record<Exclude<keyof NodeConnectorOptions, "clock" | "maxConnections">, true>> = {
  tls: true,
  proxy: true,
  connectTimeoutMs: true,
};

/**
 * Speaks to a server over HTTP+SSE (2024-11-05, Transports, HTTP with SSE), in every revision with a handshake,
 * on connections of `node:http` that are kept for the next request.
 *
 * Connecting rejects with an `EndpointError` where the server says to post messages to another origin. Calls reject
 * with an `UnauthorizedError` or a `ForbiddenError` for the statuses 401 and 403, with an `HttpStatusError` for others
 * that come without an error of MCP's, and with a `ConnectionLostError` as soon as it is known that no answer can come.
 *
 * @param url of the event stream, as in `https://example.com/sse`
 * @throws TypeError for what is no such URL, and for headers that cannot be sent; RangeError for limits and durations
 */
export function sseClient(url: string | URL, options: NodeSseClientOptions = {}): ClientTransport {
  const { fetch } = options;
  checkNodeOptions(options);
  const connector = (): Connector =>
    fetch === undefined ? nodeConnector(options) : limited(fetchConnector({ fetch }), options.maxConnections);
  return sseTransport(url, options, connector, ON_NODE);
}
