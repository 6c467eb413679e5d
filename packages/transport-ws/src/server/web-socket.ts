import { mountable, type HttpServerOptions, type HttpServerTransport } from "@towpath/mcp-core/http-node";
import { Guard } from "@towpath/mcp-core/http";
import { WebSocketEndpoint } from "./endpoint.js";
import { webSocketSettings, type WebSocketOptions } from "./options.js";

/** What an endpoint does, and how its server listens where it has one of its own. */
export interface WebSocketServerOptions extends WebSocketOptions, HttpServerOptions {}

/**
 * Serves MCP over WebSocket, in every revision: by itself, or as a part of an `httpServer`.
 * @throws RangeError, TypeError for an option that is not what it must be. `start` rejects when it cannot listen.
 */
export function webSocket(options: WebSocketServerOptions = {}): HttpServerTransport {
  return mountable("websocket", options, (own) => {
    const settings = webSocketSettings(own);
    new Guard({ ...settings, loopbackOnly: false }); // what is wrong is said where it is written
    return (dispatcher, where) => new WebSocketEndpoint(dispatcher, settings, where);
  });
}
