import { InternalError, ProtocolError } from "../jsonrpc/errors.js";
import { InvalidAnswerError } from "./errors.js";

/** What the server is told of a failure: it says nothing of this client that was not meant for the server. */
export function asProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  return new InternalError(
    error instanceof InvalidAnswerError ? "The answer does not fit the question" : undefined,
  );
}
