/**
 * Parts for those who write transports: connections that need no more than a way to send and receive
 * whole messages, admission, batches, limits, and reading ids from what could not be taken.
 */
export type * from "../contract/index.js";
export {
  encode,
  encodeNotification,
  errorReply,
  type Outgoing,
  type PreEncoded,
  type Reply,
} from "../jsonrpc/encode.js";
export {
  ErrorCode,
  InternalError,
  InvalidRequestError,
  MethodNotFoundError,
  ParseError,
  ProtocolError,
} from "../jsonrpc/errors.js";
export {
  describe,
  invalidMessage,
  isNotification,
  isObject,
  isRequest,
  isResponse,
  looksLikeResponse,
  readableId,
  shortened,
} from "../jsonrpc/guards.js";
export type * from "../jsonrpc/messages.js";
export { Bag, type Held } from "../protocol/bag.js";
export { systemClock, type Clock, type Scheduled } from "../protocol/clock.js";
export {
  BusyError,
  ConnectionLostError,
  McpErrorCode,
  RequestLostError,
  ShuttingDownError,
  TowpathErrorCode,
  UnreadableResponseError,
} from "../protocol/errors.js";
export { checkLimit, withDefaults } from "../protocol/limits.js";
export {
  checkAtLeast0,
  checkBoolean,
  checkDuration,
  checkFunction,
  checkNames,
  checkPath,
} from "../protocol/option-checks.js";
export { fireAndForget, isPromise, type MaybePromise } from "../protocol/promises.js";
export {
  DEFAULT_HTTP_REVISION,
  has,
  hasBatches,
  isHandshakeRevision,
  isStatelessRevision,
  REVISIONS,
  type Era,
  type HandshakeRevision,
  type Revision,
} from "../protocol/revisions.js";
export { Admission, type Arrival, LISTEN, PING, PINGS_PAST_LIMIT } from "./admission.js";
export { namesStatelessVersion, refusalOfBatch, serveBatch } from "./batch.js";
export { DuplexClientConnection, type DuplexClientConnectionOptions } from "./client-connection.js";
export { connectionLimits, DEFAULT_CONNECTION_LIMITS, type ConnectionLimits } from "./limits.js";
export { Load, type LoadLimits } from "./load.js";
export { readIdFromHead } from "./read-id.js";
export { refuseText, refuseValue, unreadableReply } from "./refusals.js";
export { ServerConnection, type ServerConnectionOptions } from "./server-connection.js";
