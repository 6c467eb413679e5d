import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { pathOf } from "@towpath/mcp-core/http-node";
import type { HostHandler } from "@towpath/mcp-core/http-server";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { WebSocketEndpoint } from "./endpoint.js";
import { webSocketSettings, type WebSocketOptions } from "./options.js";
import { refuse } from "./refuse.js";

/**
 * Takes the `upgrade` event of a server of node:http, which those of Express, Fastify and others are, too. A request for
 * a path that is not the endpoint's goes to `next`; without one it gets 404.
 */
export interface UpgradeHandler extends HostHandler {
  (request: IncomingMessage, socket: Duplex, head: Buffer, next?: () => void): void;
}

/**
 * Serves MCP over WebSocket on a server that is there already, in every revision.
 * @throws RangeError, TypeError for an option that is not what it must be
 */
export function upgradeHandler(mcp: Dispatcher, options: WebSocketOptions = {}): UpgradeHandler {
  const endpoint = new WebSocketEndpoint(mcp, webSocketSettings(options), { loopbackOnly: false });
  const serves = (path: string): boolean => endpoint.paths.includes(path);
  const handle = (request: IncomingMessage, socket: Duplex, head: Buffer, next?: () => void): void => {
    if (serves(pathOf(request))) endpoint.upgrade(request, socket, head);
    else if (next !== undefined) next();
    else {
      socket.on("error", () => undefined);
      refuse(socket, 404, "Not found");
    }
  };
  return Object.assign(handle, {
    serves,
    drain: ({ timeoutMs }: { readonly timeoutMs?: number } = {}) => endpoint.drain(timeoutMs),
  });
}
