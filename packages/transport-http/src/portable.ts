/** What runs without Node: in browsers, Bun, Deno, workers, and in bundles for them. */
export { AuthorizationError } from "./server/authorization.js";
export { fetchHandler, type FetchHandler } from "./server/fetch-handler.js";
export { DEFAULT_HTTP_LIMITS, type HttpLimits } from "./server/limits.js";
export type { HttpOptions, Resumability } from "./server/options.js";
export { ForbiddenError, HttpStatusError, RedirectError, UnauthorizedError } from "./client/errors.js";
export type { HeadersInput, HeadersOption } from "./client/headers.js";
export type { ResumptionOptions, StreamableHttpClientOptions } from "./client/options.js";
export type { Challenge } from "./client/www-authenticate.js";
export type { HttpRequestHead } from "@towpath/mcp-core/http";
