import type { Era, Revision } from "../protocol/revisions.js";
import type { ClientCapabilities, Implementation, LogLevel } from "../protocol/types.js";

/** Who sent a request, as the request (stateless era) or the handshake says. */
export interface Caller {
  readonly era: Era;
  readonly revision: Revision;
  readonly info?: Implementation;
  readonly capabilities: ClientCapabilities;
  /** The least severe level the client asked for; nothing is logged to a client that did not ask. */
  readonly logLevel?: LogLevel;
}
