import type { ClientTransport } from "@towpath/mcp-core/transport";
import { httpTransport } from "./client.js";
import { type Connector, fetchConnector, limited } from "@towpath/mcp-core/http-client";
import {
  checkNodeOptions,
  nodeConnector,
  type NodeConnectorOptions,
} from "@towpath/mcp-core/http-client-node";
import type { StreamableHttpClientOptions } from "./options.js";

/**
 * The options that other runtimes have, and those of connections made by `node:http`: `tls`, `proxy` and
 * `connectTimeoutMs`, which count for nothing with `fetch`.
 */
export interface NodeStreamableHttpClientOptions
  extends StreamableHttpClientOptions, Omit<NodeConnectorOptions, "clock" | "maxConnections"> {}

const ON_NODE: Readonly<Record<Exclude<keyof NodeConnectorOptions, "clock" | "maxConnections">, true>> = {
  tls: true,
  proxy: true,
  connectTimeoutMs: true,
};

/**
 * Speaks to a server at an MCP endpoint over Streamable HTTP, in every revision (Transports, Streamable HTTP),
 * on connections of `node:http` that are kept for the next request.
 *
 * Calls reject with an `UnauthorizedError` or a `ForbiddenError` for the statuses 401 and 403, with an
 * `HttpStatusError` for others that come without an error of MCP's, and with a `ConnectionLostError` as soon as
 * it is known that no answer can come.
 *
 * @throws TypeError for what is no endpoint, and for headers that cannot be sent; RangeError for limits and durations
 */
export function streamableHttpClient(
  url: string | URL,
  options: NodeStreamableHttpClientOptions = {},
): ClientTransport {
  const { fetch } = options;
  checkNodeOptions(options);
  const connector = (): Connector =>
    fetch === undefined ? nodeConnector(options) : limited(fetchConnector({ fetch }), options.maxConnections);
  return httpTransport(url, options, connector, ON_NODE);
}
