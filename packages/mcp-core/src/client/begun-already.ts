import { ConnectionLostError } from "../protocol/errors.js";

/** What a further attempt failed with: whatever became of that, an earlier one has reached the server. */
export function begunAlready(error: unknown): unknown {
  if (!(error instanceof ConnectionLostError) || error.mayHaveBeenDelivered) return error;
  return new ConnectionLostError(error.message, { mayHaveBeenDelivered: true, cause: error });
}
