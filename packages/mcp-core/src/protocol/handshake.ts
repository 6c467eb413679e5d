import type { HandshakeRevision } from "./revisions.js";
import type { ClientCapabilities, Implementation, LogLevel } from "./types.js";

/** What `initialize` agreed on, and what was set since: plain data, so that it can be stored. */
export interface Handshake {
  readonly revision: HandshakeRevision;
  readonly clientInfo: Implementation;
  readonly capabilities: ClientCapabilities;
  /** Set by `logging/setLevel`; nothing is logged to a client that never asked. */
  readonly logLevel?: LogLevel;
  /** The capabilities that were declared with `listChanged`; changes of other lists are not told of. */
  readonly listChanged?: readonly string[];
  /** The URIs whose updates the client asked for with `resources/subscribe`. */
  readonly subscriptions?: readonly string[];
}
