import { ConnectionLostError } from "../protocol/errors.js";

/** What is left unfinished when a client is closed fails with this. */
export function clientClosed({
  mayHaveBeenDelivered,
}: {
  mayHaveBeenDelivered: boolean;
}): ConnectionLostError {
  return new ConnectionLostError("The client was closed", { mayHaveBeenDelivered });
}
