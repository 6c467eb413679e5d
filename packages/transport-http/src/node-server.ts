/** Servers that need `node:http`, which Bun and Deno have as well. */
export { nodeHandler, type NodeHandler, type NodeHandlerRest } from "./server/node-handler.js";
export type { StreamableHttpOptions } from "./server/listen-options.js";
export { streamableHttp } from "./server/streamable-http.js";
