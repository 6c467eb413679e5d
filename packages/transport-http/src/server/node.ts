/** Servers that need `node:http`, which Bun and Deno have as well. */
export { nodeHandler, type NodeHandler, type NodeHandlerRest } from "./node-handler.js";
export type { StreamableHttpOptions } from "./listen-options.js";
export { streamableHttp } from "./streamable-http.js";
