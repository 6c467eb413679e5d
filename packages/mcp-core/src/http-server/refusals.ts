import { BodyError } from "../http/body-error.js";
import type { HttpCall, HttpHeaders } from "../http/call.js";
import { errorReply } from "../jsonrpc/encode.js";
import { InternalError, InvalidRequestError, ParseError } from "../jsonrpc/errors.js";
import type { RequestId } from "../jsonrpc/messages.js";
import { BusyError, ShuttingDownError } from "../protocol/errors.js";
import { fireAndForget } from "../protocol/promises.js";
import type { Revision } from "../protocol/revisions.js";
import { StateUnavailableError } from "../state/errors.js";
import { unreadableReply } from "../transport/refusals.js";
import { AuthorizationError } from "./authorization.js";
import { RefusedError } from "./refused-error.js";

export const JSON_TYPE: HttpHeaders = { "content-type": "application/json" };

/** What a client that is told to come later waits, in seconds. */
export const RETRY_AFTER: HttpHeaders = { "retry-after": "1" };

/** The state says more of it to the author; a client can do nothing but come later. */
const AWAY =
  "The state that this server shares with other nodes cannot be reached just now; nothing was begun";

export interface Refusal {
  /** Of any answer to this request. */
  readonly headers: HttpHeaders;
  /** Told of what no client can be blamed for. */
  readonly report: (error: unknown) => void;
  /** Of the message, where it could be read. */
  readonly id: RequestId | undefined;
  /** What the client speaks, as far as that is known. */
  readonly revision: Revision | undefined;
}

/**
 * Refuses a request: a status, and a JSON-RPC error response as the body (Streamable HTTP, Sending Messages). Never
 * throws: what cannot be sent becomes a plain 500.
 */
export function refuse(call: HttpCall, cause: unknown, { headers, report, id, revision }: Refusal): void {
  try {
    const refused = refusalOf(cause, report);
    const { status, error } = refused;
    const later = status === 503 || status === 429 ? RETRY_AFTER : undefined;
    const { json } = id === undefined ? unreadableReply(revision, error) : errorReply(id, error.toJSON());
    call.send(status, { ...headers, ...JSON_TYPE, ...later, ...refused.headers }, json);
  } catch (failure) {
    report(failure); // such as a header that HTTP does not have
    fireAndForget(() => call.send(500, JSON_TYPE, unreadableReply(undefined, new InternalError()).json));
  }
}

/** How a failure is told over HTTP. What is nobody's fault but ours is reported, and told in no detail. */
export function refusalOf(cause: unknown, report: (error: unknown) => void): RefusedError {
  if (cause instanceof RefusedError) return cause;
  if (cause instanceof StateUnavailableError) return new RefusedError(503, new BusyError(AWAY));
  if (cause instanceof BusyError || cause instanceof ShuttingDownError) return new RefusedError(503, cause);
  if (cause instanceof BodyError) {
    if (cause.kind === "consumed") report(cause);
    if (cause.kind === "overloaded") return new RefusedError(cause.status, new BusyError(cause.message));
    const Wrong = cause.kind === "not-utf8" ? ParseError : InvalidRequestError;
    return new RefusedError(cause.status, new Wrong(cause.message));
  }
  if (cause instanceof AuthorizationError)
    return new RefusedError(cause.status, cause.message, cause.headers);
  report(cause);
  return new RefusedError(500, new InternalError());
}
