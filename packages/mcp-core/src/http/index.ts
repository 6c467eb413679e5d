/**
 * Parts for those who carry MCP over HTTP: a request and its answer apart from the runtime that has them, and over
 * fetch; event streams; and what keeps web pages out, or lets them in.
 */
export { BodyError, type BodyErrorKind } from "./body-error.js";
export type { CallLimits, EventSink, HttpCall, HttpHeaders, HttpRequestHead, RequestBody } from "./call.js";
export { corsHeaders, isPreflight, preflightHeaders } from "./cors.js";
export { Deadlines, type Timed } from "./deadlines.js";
export { EventParser, EventTooLargeError, type EventListener, type ReceivedEvent } from "./event-parser.js";
export { commentText, eventText, retryText, type EventFields } from "./event-text.js";
export { EVENT_STREAM_HEADERS } from "./event-stream-headers.js";
export { FetchCall } from "./fetch-call.js";
export { Guard, type GuardOptions, type GuardVerdict } from "./guard.js";
export { isLoopbackHost } from "./hosts.js";
export { KeepAlive } from "./keep-alive.js";
export { KeptSink } from "./kept-sink.js";
export { accepts, isMediaType } from "./media-types.js";
/*
 * What a client over HTTP needs of other rooms. It is here because a bundle with the entry for transports would
 * begin with the connections of all others.
 */
export { ErrorCode } from "../jsonrpc/errors.js";
export {
  describe,
  isNotification,
  isObject,
  isRequest,
  isResponse,
  looksLikeResponse,
  readableId,
  shortened,
} from "../jsonrpc/guards.js";
export { Bag, type Held } from "../protocol/bag.js";
export { systemClock } from "../protocol/clock.js";
export { ConnectionLostError, UnreadableResponseError } from "../protocol/errors.js";
export { checkLimit, withDefaults } from "../protocol/limits.js";
export {
  checkAtLeast0,
  checkBoolean,
  checkDuration,
  checkFunction,
  checkNames,
  checkPath,
} from "../protocol/option-checks.js";
export { fireAndForget, isPromise } from "../protocol/promises.js";
export { hasBatches, isHandshakeRevision } from "../protocol/revisions.js";
