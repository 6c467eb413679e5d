import type { ClientTransport } from "@towpath/mcp-core/transport";
import { Channel } from "./channel.js";
import { HttpConnection } from "./connection.js";
import { type Connector, followRedirects } from "@towpath/mcp-core/http-client";
import { erasOf } from "./eras.js";
import { clientSettings, reconnectBudget, type StreamableHttpClientOptions } from "./options.js";

/**
 * The transport of a client, over whatever makes HTTP requests; each connection has a connector of its own.
 * @param more names of options that only some runtimes have
 */
export function httpTransport(
  url: string | URL,
  options: StreamableHttpClientOptions,
  connector: () => Connector,
  more: object = {},
): ClientTransport {
  const endpoint = endpointOf(url);
  const settings = clientSettings(options, more);
  const { sse } = options;
  const reconnect = reconnectBudget(options);
  return {
    name: "streamable-http",
    mirrors: true,
    eras: erasOf(endpoint),
    ...(reconnect !== undefined && { reconnect }),
    connect: async (receiver) => {
      const channel = new Channel(endpoint, followRedirects(connector()), settings.headers);
      const connection = new HttpConnection(channel, settings, receiver);
      if (sse === undefined) return connection;
      // Loaded here, as few clients need it.
      const { FallingBack } = await import("./falling-back.js");
      return new FallingBack(connection, sse(endpoint), receiver);
    },
  };
}

/** @throws TypeError for what is no URL of an endpoint */
function endpointOf(url: string | URL): URL {
  if (!URL.canParse(String(url)))
    throw new TypeError("The URL of an MCP endpoint is absolute, as in https://example.com/mcp");
  const endpoint = new URL(url);
  if (endpoint.protocol !== "http:" && endpoint.protocol !== "https:")
    throw new TypeError(`The URL of an MCP endpoint begins with http: or https:, not ${endpoint.protocol}`);
  if (endpoint.username !== "" || endpoint.password !== "")
    throw new TypeError("Credentials belong in the option headers, not in the URL of the endpoint");
  endpoint.hash = "";
  return endpoint;
}
