import { BusyError } from "../protocol/errors.js";
import { StateUnavailableError } from "../state/errors.js";

/** What a client is told while the state is away. The author is told by the state itself. */
export function awayError(): BusyError {
  return new BusyError(
    "The state that this server shares with other nodes cannot be reached just now; send it again later",
  );
}

/** For work that a handler is not to see fail: what it throws in place of it is for the client. */
export function busyIfAway(error: unknown): never {
  throw error instanceof StateUnavailableError ? awayError() : error;
}
