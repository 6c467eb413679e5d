export {
  type Challenge,
  ForbiddenError,
  type HeadersInput,
  type HeadersOption,
  HttpStatusError,
  RedirectError,
  UnauthorizedError,
} from "@towpath/mcp-core/http-client";
export type { ResumptionOptions, StreamableHttpClientOptions } from "./options.js";
