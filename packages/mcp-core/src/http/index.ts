/**
 * Parts for those who carry MCP over HTTP: a request and its answer apart from the runtime that has them, over
 * node:http and over fetch.
 */
export { BodyError, type BodyErrorKind } from "./body-error.js";
export type { CallLimits, EventSink, HttpCall, HttpHeaders, HttpRequestHead, RequestBody } from "./call.js";
export { NodeCall } from "./node-call.js";
