/** Servers that need `node:http`, which Bun and Deno have as well. */
export type { NodeHandler, NodeHandlerRest } from "@towpath/mcp-core/http-node";
export { nodeHandler } from "./node-handler.js";
export { sse, type SseServerOptions } from "./sse.js";
