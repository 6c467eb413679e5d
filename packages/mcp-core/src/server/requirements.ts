import type { Peer } from "../contract/index.js";
import type { Caller } from "../extension/caller.js";
import { InvalidRequestError } from "../jsonrpc/errors.js";
import { missingClientCapabilities } from "../protocol/capabilities.js";
import { MissingClientCapabilityError } from "../protocol/errors.js";
import type { ClientCapabilities } from "../protocol/types.js";

/** @throws MissingClientCapabilityError, in the handshake era InvalidRequestError, naming what is not declared */
export function requireOf(
  { capabilities: declared, era, revision }: Caller,
  { unanswerable }: Peer,
  capabilities: ClientCapabilities,
): void {
  const missing = missingClientCapabilities(capabilities, declared, revision);
  if (missing === undefined) return;
  const error = new MissingClientCapabilityError(missing);
  if (era === "stateless") throw error;
  const why = unanswerable === undefined ? error.message : `The client cannot be asked: ${unanswerable}`;
  throw new InvalidRequestError(why, { requiredCapabilities: missing });
}
