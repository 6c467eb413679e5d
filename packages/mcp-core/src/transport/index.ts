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
export { InvalidRequestError, ParseError, ProtocolError } from "../jsonrpc/errors.js";
export type * from "../jsonrpc/messages.js";
export { systemClock, type Clock } from "../protocol/clock.js";
export { ConnectionLostError, UnreadableResponseError } from "../protocol/errors.js";
export type { Revision } from "../protocol/revisions.js";
export { Admission } from "./admission.js";
export { serveBatch } from "./batch.js";
export { DuplexClientConnection, type DuplexClientConnectionOptions } from "./client-connection.js";
export { checkLimit, connectionLimits, DEFAULT_CONNECTION_LIMITS, type ConnectionLimits } from "./limits.js";
export { readIdFromHead } from "./read-id.js";
export { refuseText, refuseValue, unreadableReply } from "./refusals.js";
export { ServerConnection, type ServerConnectionOptions } from "./server-connection.js";
