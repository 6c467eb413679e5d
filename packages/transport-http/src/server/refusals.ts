import { BodyError, type HttpCall, type HttpHeaders } from "@towpath/mcp-core/http";
import {
  BusyError,
  errorReply,
  fireAndForget,
  InternalError,
  InvalidRequestError,
  ParseError,
  ShuttingDownError,
  unreadableReply,
  type RequestId,
} from "@towpath/mcp-core/transport";
import { revisionOf } from "./headers.js";
import { AuthorizationError } from "./authorization.js";
import { RefusedError } from "./refused-error.js";

export const JSON_TYPE: HttpHeaders = { "content-type": "application/json" };

/** What a client that is told to come later waits, in seconds. */
export const RETRY_AFTER: HttpHeaders = { "retry-after": "1" };

/**
 * Refuses a request: a status, and a JSON-RPC error response as the body (Streamable HTTP, Sending Messages). Never
 * throws: what cannot be sent becomes a plain 500.
 * @param id of the request, where it could be read
 * @param report told of what no client can be blamed for
 */
export function refuse(
  call: HttpCall,
  cause: unknown,
  common: HttpHeaders,
  report: (error: unknown) => void,
  id?: RequestId,
): void {
  try {
    const { status, error, headers } = refusalOf(cause, report);
    const later = status === 503 || status === 429 ? RETRY_AFTER : undefined;
    const { json } =
      id === undefined ? unreadableReply(revisionOf(call.headers), error) : errorReply(id, error.toJSON());
    call.send(status, { ...common, ...JSON_TYPE, ...later, ...headers }, json);
  } catch (failure) {
    report(failure); // such as a header that HTTP does not have
    fireAndForget(() => call.send(500, JSON_TYPE, unreadableReply(undefined, new InternalError()).json));
  }
}

function refusalOf(cause: unknown, report: (error: unknown) => void): RefusedError {
  if (cause instanceof RefusedError) return cause;
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
