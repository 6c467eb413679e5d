/** For pages and workers: the client alone, over the runtime's own WebSocket. */
export * from "./client/index.js";
export { webSocketClient, type PlatformWebSocketClientOptions } from "./client/platform-client.js";
