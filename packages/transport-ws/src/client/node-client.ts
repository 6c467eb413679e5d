import { headersSource } from "@towpath/mcp-core/http-client";
import { checkDuration, type ClientTransport } from "@towpath/mcp-core/transport";
import { endpointUrl } from "./endpoint-url.js";
import { NODE_OPTIONS, type NodeWebSocketClientOptions } from "./node-options.js";
import { clientSettings } from "./options.js";

/**
 * Speaks to a server over a WebSocket, in every revision. URLs of http and https stand for ws and wss.
 *
 * Connecting rejects with an `UnauthorizedError` or a `ForbiddenError` for the statuses 401 and 403, with an
 * `HttpStatusError` for others, a `RedirectError` for redirects, which are not followed, and else with a
 * `ConnectionLostError`. Calls that are under way when the WebSocket ends reject with a `ConnectionLostError`.
 *
 * @throws TypeError for what is no endpoint, and for headers that cannot be sent; RangeError for limits and durations
 */
export function webSocketClient(
  url: string | URL,
  options: NodeWebSocketClientOptions = {},
): ClientTransport {
  const endpoint = endpointUrl(url);
  const { pingMs = 30_000, tls, agent } = options;
  const settings = clientSettings(options, NODE_OPTIONS);
  checkDuration("pingMs", pingMs);
  const headers = headersSource(options.headers);
  const { reconnect } = settings;
  return {
    name: "websocket",
    connect: async (receiver, closing) => {
      // Loaded here, so that a server does not pay for it.
      const { connectOnNode } = await import("./node-connection.js");
      return connectOnNode(endpoint, { ...settings, pingMs, tls, agent, headers, closing }, receiver);
    },
    ...(reconnect !== undefined && { reconnect }),
  };
}
