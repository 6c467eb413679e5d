import { ErrorCode, ProtocolError } from "../jsonrpc/errors.js";
import { describe, isObject, shortened } from "../jsonrpc/guards.js";
import type { JsonRpcErrorObject } from "../jsonrpc/messages.js";
import type { ElicitUrlParams } from "./question-types.js";
import type { Era } from "./revisions.js";
import type { ClientCapabilities } from "./types.js";

/** The codes revision 2026-07-28 defines (Base Protocol, Error Codes). */
export const McpErrorCode = {
  headerMismatch: -32020,
  missingRequiredClientCapability: -32021,
  unsupportedProtocolVersion: -32022,
} as const;

/** The code of {@link UrlElicitationRequiredError}, of revision 2025-11-25 only. */
export const URL_ELICITATION_REQUIRED = -32042;

/** -32002: a resource was not found, in the handshake era (2025-11-25, Resources, Error Handling). */
export const RESOURCE_NOT_FOUND = -32002;

/** Our own codes, outside the range JSON-RPC reserves (-32768 to -32000), as the specification asks. */
export const TowpathErrorCode = {
  busy: -31001,
  shuttingDown: -31002,
  tooManyRounds: -31003,
  rateLimited: -31004,
  requestLost: -31005,
} as const;

/** -32020: a header and the value it mirrors in the body differ. HTTP 400. */
export class HeaderMismatchError extends ProtocolError {
  override readonly name = "HeaderMismatchError";
  constructor(message: string) {
    super(McpErrorCode.headerMismatch, message);
  }
}

/** -32021: the request needs something of the client that it did not declare. HTTP 400. */
export class MissingClientCapabilityError extends ProtocolError {
  override readonly name = "MissingClientCapabilityError";
  readonly requiredCapabilities: ClientCapabilities;
  constructor(requiredCapabilities: ClientCapabilities) {
    super(McpErrorCode.missingRequiredClientCapability, undeclared(requiredCapabilities), {
      requiredCapabilities,
    });
    this.requiredCapabilities = requiredCapabilities;
  }
}

/** Which capabilities a client did not declare, each with its part: `elicitation.url`. */
function undeclared(capabilities: ClientCapabilities): string {
  const paths = Object.entries(capabilities).flatMap(([name, parts]) => {
    const names = isObject(parts) ? Object.keys(parts) : [];
    return names.length === 0 ? [name] : names.map((part) => `${name}.${part}`);
  });
  return `The client did not declare: ${paths.join(", ")}`;
}

/** -32022: the version is not among those that can be spoken per request, which `data.supported` lists. */
export class UnsupportedProtocolVersionError extends ProtocolError {
  override readonly name = "UnsupportedProtocolVersionError";
  constructor(requested: string, supported: readonly string[]) {
    super(
      McpErrorCode.unsupportedProtocolVersion,
      `Unsupported protocol version ${describe(requested)}; supported: ${supported.join(", ")}`,
      { supported, requested },
    );
  }
}

/**
 * -32042, in revision 2025-11-25 only: the request can be processed once the user has been to these URLs
 * (Elicitation, URL Elicitation Required Error). Each has an `elicitationId`.
 */
export class UrlElicitationRequiredError extends ProtocolError {
  override readonly name = "UrlElicitationRequiredError";
  readonly elicitations: readonly ElicitUrlParams[];
  constructor(elicitations: readonly ElicitUrlParams[], message = "The user has to visit a URL first") {
    super(URL_ELICITATION_REQUIRED, message, {
      elicitations: elicitations.map((elicitation) => ({ ...elicitation })),
    });
    this.elicitations = elicitations;
  }
}

/**
 * There is no such resource; `data` has its URI. -32002 in the handshake era, -32602 in the stateless one
 * (Resources, Error Handling): thrown by the handler of a resource, it gets the code that is right. Clients
 * take either; where the server did not say its URI, it is the one that was asked for.
 */
export class ResourceNotFoundError extends ProtocolError {
  override readonly name = "ResourceNotFoundError";
  readonly uri: string;
  constructor(uri: string, era: Era = "stateless") {
    super(
      era === "stateless" ? ErrorCode.invalidParams : RESOURCE_NOT_FOUND,
      `Resource not found: ${shortened(uri)}`,
      { uri },
    );
    this.uri = uri;
  }
}

/** Too much is under way already; the request was not begun, so it is safe to send it again. */
export class BusyError extends ProtocolError {
  override readonly name = "BusyError";
  constructor(message: string) {
    super(TowpathErrorCode.busy, message);
  }
}

/** The caller made more requests than it may; this one was not begun. HTTP 429. */
export class RateLimitedError extends ProtocolError {
  override readonly name = "RateLimitedError";
  /** When the next one may be served, in ms from when this was said. */
  readonly retryAfterMs: number;
  constructor(message: string, retryAfterMs: number) {
    super(TowpathErrorCode.rateLimited, message, { retryAfterMs });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server takes no new requests; this one was not begun. */
export class ShuttingDownError extends ProtocolError {
  override readonly name = "ShuttingDownError";
  constructor() {
    super(TowpathErrorCode.shuttingDown, "The server is shutting down; the request was not begun");
  }
}

const LOST = {
  message: "The node that served this request is gone; it may or may not have been done",
  data: { retryable: true },
};

/**
 * Whatever served this request is gone, and its answer with it. It may have been done, or in part; it may be sent again
 * where doing it twice does no harm.
 */
export class RequestLostError extends ProtocolError {
  override readonly name = "RequestLostError";
  /** @param said what the server said, where it was told */
  constructor({ message, data }: Pick<JsonRpcErrorObject, "message" | "data"> = LOST) {
    super(TowpathErrorCode.requestLost, message, data);
  }
}

/**
 * The connection ended before the answer came. `mayHaveBeenDelivered` is false when the request is known
 * not to have reached the server, and may be sent again without doing anything twice.
 */
export class ConnectionLostError extends Error {
  override readonly name = "ConnectionLostError";
  readonly mayHaveBeenDelivered: boolean;
  constructor(
    message: string,
    options: { readonly mayHaveBeenDelivered: boolean; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.mayHaveBeenDelivered = options.mayHaveBeenDelivered;
  }
}

/** The client did not answer a request of the server's in time; it was told to stop. */
export class AskTimeoutError extends Error {
  override readonly name = "AskTimeoutError";
  readonly timeoutMs: number;
  constructor(method: string, timeoutMs: number) {
    super(`${method}: the client gave no answer within ${String(timeoutMs)} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** The server answered, but the answer is not JSON, no valid response, or too large to be taken. */
export class UnreadableResponseError extends Error {
  override readonly name = "UnreadableResponseError";
}

/** An answer to a question does not fit what was asked. */
export class InvalidAnswerError extends Error {
  override readonly name = "InvalidAnswerError";
}

/** The client answered a question of the server's with an error, such as a user who would not have it asked. */
export class AskRefusedError extends Error {
  override readonly name = "AskRefusedError";
  /** The client's code. */
  readonly code: number;
  readonly data: unknown;
  constructor(method: string, { code, message, data }: JsonRpcErrorObject) {
    super(`${method}: the client answered with an error: ${message}`);
    this.code = code;
    this.data = data;
  }
}
