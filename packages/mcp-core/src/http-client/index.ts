/**
 * Parts for those who write clients over HTTP: one request and its answer apart from the runtime that makes it, over
 * fetch; redirects; the author's headers; and errors for statuses.
 */
export {
  DEFAULT_MAX_CONNECTIONS,
  type AnswerListener,
  type Connector,
  type OpenCall,
  type OutgoingCall,
} from "./connector.js";
export { CrossOriginError, foreignPage, pageOrigin } from "./cross-origin.js";
export {
  ForbiddenError,
  HttpStatusError,
  RedirectError,
  UnauthorizedError,
  withoutUserinfo,
} from "./errors.js";
export { fetchConnector, type FetchConnectorOptions } from "./fetch-connector.js";
export {
  headersSource,
  type HeadersInput,
  type HeadersOption,
  type HeadersSource,
  type PlainHeaders,
} from "./headers.js";
export { mayPass } from "./may-pass.js";
export { limited } from "./limited-connector.js";
export { followRedirects } from "./redirects.js";
export { statusError } from "./status-error.js";
export { withHeaders } from "./with-headers.js";
export type { Challenge } from "./www-authenticate.js";
