import type { Peer } from "../contract/index.js";
import { InvalidRequestError } from "../jsonrpc/errors.js";

/** Refuses what is kept with a session where there is none, and says why there is none where that is known. */
export function sessionlessError(what: string, { unanswerable }: Peer): InvalidRequestError {
  const why = unanswerable === undefined ? "" : `; ${unanswerable}`;
  return new InvalidRequestError(`Invalid request: ${what} needs a session to be kept in${why}`);
}
