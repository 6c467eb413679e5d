import type { HttpHeaders } from "../http/call.js";
import { InvalidRequestError, type ProtocolError } from "../jsonrpc/errors.js";

/** Why a request is not served: an HTTP status, and the error that goes into the body. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly status: number;
  readonly error: ProtocolError;
  readonly headers: HttpHeaders | undefined;

  constructor(status: number, error: ProtocolError | string, headers?: HttpHeaders) {
    const told = typeof error === "string" ? new InvalidRequestError(error) : error;
    super(told.message);
    this.status = status;
    this.error = told;
    this.headers = headers;
  }
}
