import type { Dispatcher, Link, Revision } from "@towpath/mcp-core/transport";
import { revisionOf, SESSION_ID } from "./headers.js";
import type { Host, Visit } from "./host.js";
import { RefusedError } from "./refused-error.js";
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

let peers = 0;

/** A link for one message. */
export function seatAlone(dispatcher: Dispatcher, { call, principal }: Visit): Seat {
  const link = dispatcher.open({
    id: `http-${String((peers += 1))}`,
    transport: "streamable-http",
    unanswerable: UNANSWERABLE,
    ...(principal !== undefined && { principal }),
  });
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
export async function findSession({ sessions }: Host, { call, principal }: Visit): Promise<Session> {
  const id = call.headers.get(SESSION_ID);
  if (id === null)
    throw new RefusedError(400, "The Mcp-Session-Id header is missing: initialize begins a session");
  const session = await sessions?.find(id, principal);
  if (session === undefined)
    throw new RefusedError(
      404,
      "There is no such session: it has ended, or never was; initialize begins anew",
    );
  return session;
}
