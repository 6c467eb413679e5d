import type { JsonRpcErrorObject, JsonValue } from "./messages.js";

/** JSON-RPC 2.0, section 5.1: the codes every revision of MCP shares. */
export const ErrorCode = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
} as const;

/**
 * An error that travels as a JSON-RPC error response. Thrown in a handler it reaches the client as it
 * is; a client's call rejects with one when the server answered with an error.
 */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
  readonly code: number;
  readonly data?: JsonValue;

  constructor(code: number, message: string, data?: JsonValue) {
    super(message);
    this.code = code;
    if (data !== undefined) this.data = data;
  }

  /** The `error` member of the response. */
  toJSON(): JsonRpcErrorObject {
    return this.data === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, data: this.data };
  }
}

/** -32700: what arrived is not JSON. */
export class ParseError extends ProtocolError {
  override readonly name = "ParseError";
  constructor(message: string) {
    super(ErrorCode.parseError, message);
  }
}

/** -32600: JSON, but not a message that is valid here. */
export class InvalidRequestError extends ProtocolError {
  override readonly name = "InvalidRequestError";
  constructor(message: string, data?: JsonValue) {
    super(ErrorCode.invalidRequest, message, data);
  }
}

/** -32601: no such method in the era of the request, or a capability that is not offered. */
export class MethodNotFoundError extends ProtocolError {
  override readonly name = "MethodNotFoundError";
  constructor(message: string, data?: JsonValue) {
    super(ErrorCode.methodNotFound, message, data);
  }
}

/** -32602: the message says which field is wrong, and why. */
export class InvalidParamsError extends ProtocolError {
  override readonly name = "InvalidParamsError";
  constructor(message: string, data?: JsonValue) {
    super(ErrorCode.invalidParams, message, data);
  }
}

/** -32603: the receiver failed. */
export class InternalError extends ProtocolError {
  override readonly name = "InternalError";
  constructor(message = "Internal error") {
    super(ErrorCode.internalError, message);
  }
}
