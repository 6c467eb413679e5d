/** Parts for those who serve MCP over HTTP, whichever runtime carries it: who is let in, and several services of one server. */
export { AuthorizationError, principalOf, type Authorize } from "./authorization.js";
export { DEFAULT_CALL_LIMITS } from "./call-limits.js";
export { fetchHandlerOf, type FetchHandler } from "./fetch-handler.js";
export {
  Gate,
  NO_HEADERS,
  type AdmissionOptions,
  type GateOptions,
  type Resource,
  type Visit,
} from "./gate.js";
export type { HostHandler } from "./host-handler.js";
export { JSON_TYPE, refusalOf, RETRY_AFTER } from "./refusals.js";
export { RefusedError } from "./refused-error.js";
export type { HttpMount, HttpService, Whereabouts } from "./service.js";
export { Services, type HealthPaths } from "./services.js";
