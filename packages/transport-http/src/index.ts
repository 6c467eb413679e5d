export { AuthorizationError } from "./authorization.js";
export { fetchHandler, type FetchHandler } from "./fetch-handler.js";
export { DEFAULT_HTTP_LIMITS, type HttpLimits } from "./limits.js";
export type { StreamableHttpOptions } from "./listen-options.js";
export { nodeHandler, type NodeHandler, type NodeHandlerRest } from "./node-handler.js";
export type { HttpOptions, Resumability } from "./options.js";
export { streamableHttp } from "./server.js";
export type { HttpRequestHead } from "@towpath/mcp-core/http";
