export { AuthorizationError } from "./authorization.js";
export { fetchHandler, type FetchHandler } from "./fetch-handler.js";
export { DEFAULT_HTTP_LIMITS, type HttpLimits } from "./limits.js";
export type { HttpOptions, Resumability } from "./options.js";
export type { HttpRequestHead } from "@towpath/mcp-core/http";
