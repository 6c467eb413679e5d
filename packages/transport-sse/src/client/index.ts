export {
  type Challenge,
  ForbiddenError,
  type HeadersInput,
  type HeadersOption,
  HttpStatusError,
  RedirectError,
  UnauthorizedError,
} from "@towpath/mcp-core/http-client";
export { EndpointError, HandshakeOnlyError } from "./errors.js";
export type { SseClientOptions, SseReconnectOptions } from "./options.js";
