/** What runs without Node: in Bun, Deno, workers, and in bundles for them. */
export { AuthorizationError } from "./server/authorization.js";
export { fetchHandler, type FetchHandler } from "./server/fetch-handler.js";
export { DEFAULT_HTTP_LIMITS, type HttpLimits } from "./server/limits.js";
export type { HttpOptions, Resumability } from "./server/options.js";
export type { HttpRequestHead } from "@towpath/mcp-core/http";
