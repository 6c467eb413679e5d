export { ForbiddenError, HttpStatusError, RedirectError, UnauthorizedError } from "./errors.js";
export type { HeadersInput, HeadersOption } from "./headers.js";
export type { ResumptionOptions, StreamableHttpClientOptions } from "./options.js";
export type { Challenge } from "./www-authenticate.js";
