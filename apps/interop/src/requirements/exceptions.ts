import { HANDSHAKE, HTTP, SESSIONLESS, SESSIONS, SSE, STATELESS, type Exception } from "./requirement.js";

/** For what asks the client something while it is served. */
export const UNANSWERABLE: Exception = {
  transports: SESSIONLESS,
  revisions: HANDSHAKE,
  because: "Without a session, nothing brings the client’s answer back to the one who asked",
};

/** For what is sent without having been asked for. */
export const UNREACHABLE: Exception = {
  transports: SESSIONLESS,
  revisions: HANDSHAKE,
  because: "Without a session, there is no stream for what belongs to no request",
};

/** For what an earlier request has settled. */
export const FORGOTTEN: Exception = {
  transports: SESSIONLESS,
  revisions: HANDSHAKE,
  because: "Without a session, nothing is known of earlier requests, initialize included",
};

/** For notifications that are about a request of the same client. */
export const ANYBODYS: Exception = {
  transports: SESSIONLESS,
  revisions: HANDSHAKE,
  because: "Without a session, nothing tells whose request a notification is about",
};

/** For what clients send before they know their session. */
export const SESSION_FIRST: Exception = {
  transports: HTTP,
  revisions: HANDSHAKE,
  because: "The answer to initialize has the session, or says that there is none, and comes first",
};

/** For what may be asked without `initialize` elsewhere. */
export const SESSION_REQUIRED: Exception = {
  transports: SESSIONS,
  revisions: HANDSHAKE,
  because: "A server with sessions refuses whatever has none, but for initialize",
};

/** For the reasons that come with cancellations. */
export const STREAM_CLOSED: Exception = {
  transports: HTTP,
  revisions: STATELESS,
  because: "The end of the response stream is the cancellation, and gives no reason",
};

/** For what needs both eras on one connection. */
export const ONE_ERA: Exception = {
  transports: SSE,
  revisions: HANDSHAKE,
  because: "HTTP+SSE was given up before there was a stateless era, and carries the earlier one alone",
};

/** For what is refused where it was posted, and not answered on the stream. */
export const REFUSED_IN_PLACE: Exception = {
  transports: SSE,
  revisions: ["2025-11-25"],
  because: "What a POST is refused with is of the transport’s own revision, whatever its client speaks",
};
