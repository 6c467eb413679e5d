export { AuthorizationError } from "@towpath/mcp-core/http-server";
export { CloseCode } from "../close-codes.js";
export { DEFAULT_WEB_SOCKET_LIMITS, type WebSocketLimits } from "./limits.js";
export type { WebSocketOptions } from "./options.js";
export { upgradeHandler, type UpgradeHandler } from "./upgrade-handler.js";
export type { UpgradeRequest } from "./upgrade-request.js";
export { webSocket, type WebSocketServerOptions } from "./web-socket.js";
