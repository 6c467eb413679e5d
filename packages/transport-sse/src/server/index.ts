export { AuthorizationError, type FetchHandler } from "@towpath/mcp-core/http-server";
export type { HttpRequestHead } from "@towpath/mcp-core/http";
export { fetchHandler } from "./fetch-handler.js";
export type { HandlerOptions } from "./handler-options.js";
export { DEFAULT_SSE_LIMITS, type SseLimits } from "./limits.js";
export type { SseOptions } from "./options.js";
