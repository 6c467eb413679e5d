export * from "./client/index.js";
export { webSocketClient } from "./client/node-client.js";
export type { NodeWebSocketClientOptions } from "./client/node-options.js";
export * from "./server/index.js";
export {
  ForbiddenError,
  HttpStatusError,
  RedirectError,
  UnauthorizedError,
} from "@towpath/mcp-core/http-client";
