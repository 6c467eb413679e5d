import { RefusedError, type Visit } from "@towpath/mcp-core/http-server";
import {
  isPromise,
  type Dispatcher,
  type Link,
  type MaybePromise,
  type Peer,
  type Revision,
} from "@towpath/mcp-core/transport";
import { revisionOf, SESSION_ID } from "./headers.js";
import type { EndpointParts } from "./endpoint-parts.js";
import type { Session } from "./sessions/session.js";
import type { StreamOwner } from "./streams/stream-id.js";

/** Where a message of a client's is taken: at a link, which is a session's or for this message alone. */
export interface Seat {
  readonly link: Link;
  readonly owner: StreamOwner;
  /** What its client speaks, as far as that is known before the message is read. */
  readonly revision: Revision | undefined;
  readonly session?: Session;
}

const UNANSWERABLE =
  "no sessions are kept, so nothing brings an answer back here (pass sessions: true to the HTTP transport)";

/** Whoever sends one message, and is not heard of again. */
class Stranger implements Peer {
  readonly transport = "streamable-http";
  readonly unanswerable = UNANSWERABLE;
  #id: string | undefined;

  /** Made when it is asked for, which is hardly ever. */
  get id(): string {
    return (this.#id ??= crypto.randomUUID());
  }
}

/** A link for one message; who sent it is known of the message. */
export function seatAlone(dispatcher: Dispatcher, { call, principal }: Visit): Seat {
  const link = dispatcher.open(new Stranger());
  return { link, owner: { principal: principal?.id }, revision: revisionOf(call.headers) };
}

/** The seat of a session. */
export function seatOf(session: Session): Seat {
  return { link: session.link, owner: session, revision: session.handshake?.revision, session };
}

/**
 * The session that a request names.
 * @throws RefusedError with 400 when it names none, with 404 when there is no such session (Session Management)
 */
export function findSession({ sessions }: EndpointParts, { call, principal }: Visit): MaybePromise<Session> {
  const id = call.headers.get(SESSION_ID);
  if (id === null)
    throw new RefusedError(400, "The Mcp-Session-Id header is missing: initialize begins a session");
  const found = sessions?.find(id, principal);
  return isPromise(found) ? found.then(known) : known(found);
}

function known(session: Session | undefined): Session {
  if (session === undefined)
    throw new RefusedError(
      404,
      "There is no such session: it has ended, or never was; initialize begins anew",
    );
  return session;
}
