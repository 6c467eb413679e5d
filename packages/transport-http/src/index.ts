export * from "./fetch.js";
export { nodeHandler, type NodeHandler, type NodeHandlerRest } from "./node-handler.js";
export type { StreamableHttpOptions } from "./listen-options.js";
export { streamableHttp } from "./server.js";
