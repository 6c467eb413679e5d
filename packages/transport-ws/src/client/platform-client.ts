import { checkFunction, isObject, type ClientTransport } from "@towpath/mcp-core/transport";
import { endpointUrl } from "./endpoint-url.js";
import { CLIENT_OPTIONS, clientSettings, type WebSocketClientOptions } from "./options.js";
import { connectOnPlatform } from "./platform-connection.js";
import type { PlatformSocketClass } from "./platform-socket.js";

/** What there is besides over a WebSocket of the runtime's. */
export interface PlatformWebSocketClientOptions extends WebSocketClientOptions {
  /** Speaks through this, such as a WebSocket that a test can break. Default: the platform's. */
  readonly WebSocket?: PlatformSocketClass;
}

const PLATFORM_OPTIONS: Readonly<Record<keyof PlatformWebSocketClientOptions, true>> = {
  ...CLIENT_OPTIONS,
  WebSocket: true,
};

/**
 * Speaks to a server over a WebSocket of the runtime's, in every revision. URLs of http and https stand for ws and wss.
 *
 * Connecting rejects with a `ConnectionLostError`: runtimes do not tell what a server has answered. Calls that are under
 * way when the WebSocket ends reject with one, too.
 *
 * @throws TypeError for what is no endpoint, and for `headers`, which no WebSocket of a runtime's can be given;
 *   RangeError for limits and durations
 */
export function webSocketClient(
  url: string | URL,
  options: PlatformWebSocketClientOptions = {},
): ClientTransport {
  const endpoint = endpointUrl(url);
  if (isObject(options) && "headers" in options)
    throw new TypeError(
      "No headers can be set on a WebSocket here. Who is calling can be told by a cookie of the server's, a ticket in " +
        "the query of the URL, or a token among `protocols`",
    );
  const { WebSocket } = options;
  const settings = { ...clientSettings(options, PLATFORM_OPTIONS), WebSocket };
  checkFunction("WebSocket", WebSocket);
  const { reconnect } = settings;
  return {
    name: "websocket",
    connect: (receiver) => connectOnPlatform(endpoint, settings, receiver),
    ...(reconnect !== undefined && { reconnect }),
  };
}
