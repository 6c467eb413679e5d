import type { Agent } from "node:http";
import type { HeadersOption } from "@towpath/mcp-core/http-client";
import type { ClientTlsOptions } from "@towpath/mcp-core/http-client-node";
import { CLIENT_OPTIONS, type WebSocketClientOptions } from "./options.js";

/** What there is on Node besides. */
export interface NodeWebSocketClientOptions extends WebSocketClientOptions {
  /** Sent with the request that opens the WebSocket, such as `Authorization`; a function is called for each. */
  readonly headers?: HeadersOption;
  /** For wss. Default: Node's own. */
  readonly tls?: ClientTlsOptions;
  /** Makes the connection, through a proxy for example: one of `node:http` for ws, of `node:https` for wss. */
  readonly agent?: Agent;
  /**
   * How often the server is pinged, in ms; when nothing came in two periods, the connection counts as lost. `Infinity`:
   * never. Default: 30,000.
   */
  readonly pingMs?: number;
}

export const NODE_OPTIONS: Readonly<Record<keyof NodeWebSocketClientOptions, true>> = {
  ...CLIENT_OPTIONS,
  headers: true,
  tls: true,
  agent: true,
  pingMs: true,
};
