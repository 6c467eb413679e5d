import type { JsonValue, RequestId, Revision } from "@towpath/mcp-core";
import type { ReferenceSettings } from "../fixtures/reference-server.js";
import type { Transport } from "../requirements/index.js";
import type { Matches, Message } from "./inbox.js";

/** Text to be sent as it is, be it JSON or not. */
export interface RawText {
  readonly raw: string;
}

/** Raw JSON-RPC access to a server, as a client that checks nothing. */
export interface RawPeer {
  send(message: JsonValue | RawText): void;
  /** Gives up a request of the stateless era; absent where a notification says so. */
  abandon?(id: RequestId): void;
  /** The first unread message that matches; those before it stay unread. */
  next(matches: Matches): Promise<Message>;
  nextBatch(): Promise<readonly Message[]>;
  /** The first unread message that matches, after all that came before it. */
  until(matches: Matches): Promise<readonly Message[]>;
  /** Tells the server that nothing more comes, and waits for its end. Returns what was still unread. */
  end(): Promise<readonly Message[]>;
}

/** Opens connections to servers of the reference fixture. All that a transport needs to run every behaviour. */
export interface Harness {
  readonly transport: Transport;
  /** A connection to a server of its own, for a client of that revision. */
  open(revision: Revision, settings?: ReferenceSettings): Promise<RawPeer>;
}

export function isRawText(message: JsonValue | RawText): message is RawText {
  return typeof message === "object" && message !== null && "raw" in message;
}
