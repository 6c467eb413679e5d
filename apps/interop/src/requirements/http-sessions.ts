import { HTTP, HTTP_ALL, HTTP_HANDSHAKE, SESSIONLESS, SESSIONS, type Requirement } from "./requirement.js";

/** Sessions, and streams that outlive their connections. */
export const httpSessions = [
  {
    id: "sessions.assigned",
    behaviour:
      "A session’s id comes with the answer to initialize: visible ASCII, unguessable, and used once",
    spec: "2025-11-25/basic/transports#session-management",
    revisions: HTTP_HANDSHAKE,
    transports: SESSIONS,
  },
  {
    id: "sessions.required",
    behaviour: "What comes without a session id, but for initialize, is answered with 400",
    spec: "2025-11-25/basic/transports#session-management",
    revisions: HTTP_HANDSHAKE,
    transports: SESSIONS,
  },
  {
    id: "sessions.unknown",
    behaviour: "A session that is not there, or not any more, is answered with 404, whichever the method",
    spec: "2025-11-25/basic/transports#session-management",
    revisions: HTTP_HANDSHAKE,
    transports: SESSIONS,
  },
  {
    id: "sessions.deleted",
    behaviour: "DELETE ends a session, and what is open in it",
    spec: "2025-11-25/basic/transports#session-management",
    revisions: HTTP_HANDSHAKE,
    transports: SESSIONS,
  },
  {
    id: "sessions.none",
    behaviour: "A server without sessions assigns none, and answers DELETE with 405",
    spec: "2025-11-25/basic/transports#session-management",
    revisions: HTTP_HANDSHAKE,
    transports: SESSIONLESS,
  },
  {
    id: "resumption.unique-ids",
    behaviour: "Ids of events differ across all streams of a client, and tell which stream they are of",
    spec: "2025-11-25/basic/transports#resumability-and-redelivery",
    revisions: HTTP_HANDSHAKE,
    transports: HTTP,
  },
  {
    id: "resumption.replays",
    behaviour: "GET with Last-Event-ID replays what came after that event, and follows the stream to its end",
    spec: "2025-11-25/basic/transports#resumability-and-redelivery",
    revisions: HTTP_HANDSHAKE,
    transports: HTTP,
  },
  {
    id: "resumption.own-stream",
    behaviour: "Nothing of another stream is replayed, be it of the same client or of another",
    spec: "2025-11-25/basic/transports#resumability-and-redelivery",
    revisions: HTTP_HANDSHAKE,
    transports: HTTP,
  },
  {
    id: "resumption.get-stream",
    behaviour: "The stream of GET is resumed as those of POST are",
    spec: "2025-11-25/basic/transports#resumability-and-redelivery",
    revisions: HTTP_HANDSHAKE,
    transports: SESSIONS,
  },
  {
    id: "resumption.primed",
    behaviour: "A stream begins with an event that has an id and no data",
    spec: "2025-11-25/basic/transports#sending-messages-to-the-server",
    revisions: ["2025-11-25"],
    transports: HTTP,
  },
  {
    id: "resumption.not-primed",
    behaviour: "Clients of earlier revisions, which cannot expect events without data, get none",
    spec: "2025-06-18/basic/transports#sending-messages-to-the-server",
    revisions: ["2025-03-26", "2025-06-18"],
    transports: HTTP,
  },
  {
    id: "resumption.polling",
    behaviour:
      "A server that closes the connection before the stream is over says when to come back, with retry",
    spec: "2025-11-25/basic/transports#sending-messages-to-the-server",
    also: ["2025-11-25/basic/transports#listening-for-messages-from-the-server"],
    revisions: ["2025-11-25"],
    transports: HTTP,
  },
  {
    id: "resumption.stateless",
    behaviour: "Streams of the stateless era have no ids, and are not resumed",
    spec: "2026-07-28/basic/transports/streamable-http#receiving-messages",
    revisions: ["2026-07-28"],
    transports: HTTP,
  },
] as const satisfies readonly Requirement[];

export const httpSecurity = [
  {
    id: "security.origin",
    behaviour: "An Origin that is not allowed is answered with 403, whichever the method",
    spec: "2026-07-28/basic/transports/streamable-http#security-endpoint",
    also: ["2025-11-25/basic/transports#security-warning"],
    revisions: HTTP_ALL,
    transports: HTTP,
  },
  {
    id: "security.loopback",
    behaviour: "A server that is told nothing else is reached on this machine alone",
    spec: "2026-07-28/basic/transports/streamable-http#security-endpoint",
    also: ["2025-11-25/basic/transports#security-warning"],
    revisions: HTTP_ALL,
    transports: HTTP,
  },
  {
    id: "security.authentication",
    behaviour: "Whoever the server’s author does not know is refused, whichever the method",
    spec: "2026-07-28/basic/transports/streamable-http#security-endpoint",
    also: ["2025-11-25/basic/transports#security-warning"],
    revisions: HTTP_ALL,
    transports: HTTP,
  },
] as const satisfies readonly Requirement[];
