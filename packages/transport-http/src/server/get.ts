import { FencedError, type LogReader } from "@towpath/mcp-core";
import { RefusedError, type Visit } from "@towpath/mcp-core/http-server";
import { fireAndForget, has, ShuttingDownError } from "@towpath/mcp-core/transport";
import { allowHeader } from "./allow.js";
import { checkGetTypes, checkVersion, LAST_EVENT_ID, saysStateless } from "./headers.js";
import type { EndpointParts } from "./endpoint-parts.js";
import { findSession } from "./seats.js";
import { checkRoom } from "./serving.js";
import type { Session } from "./sessions/session.js";
import { StreamConnection } from "./streams/connection.js";
import { LoggedStandingStream } from "./streams/logged-standing-stream.js";
import { DirectStandingStream, type StandingStream } from "./streams/standing-stream.js";
import { isStandingId, logName, parseEventId, type StreamPosition } from "./streams/stream-id.js";
import type { Streams } from "./streams/streams.js";

/** Opens the stream of a session, or takes up one that broke (Listening for Messages from the Server; Resumability). */
export class Get {
  readonly #endpoint: EndpointParts;

  constructor(endpoint: EndpointParts) {
    this.#endpoint = endpoint;
  }

  /** @throws RefusedError when there is no stream for this request */
  async handle(visit: Visit): Promise<void> {
    const { sessions, streams } = this.#endpoint;
    const { headers } = visit.call;
    const lastEventId = headers.get(LAST_EVENT_ID);
    const resumes = lastEventId !== null && streams !== undefined;
    if (saysStateless(headers) || (sessions === undefined && !resumes)) throw this.#noStreams(visit, resumes);
    checkGetTypes(headers);
    checkVersion(headers, this.#endpoint.dispatcher);
    const session = sessions === undefined ? undefined : await findSession(this.#endpoint, visit);
    const position = resumes ? positionOf(lastEventId) : undefined;
    this.#checkOpen(position);
    const answers = session === undefined || position === undefined || !isStandingId(position.stream);
    if (streams !== undefined && position !== undefined && answers)
      return this.#resume(streams, visit, session, position);
    if (session !== undefined) return this.#listen(visit, session, position);
  }

  #noStreams({ call }: Visit, resumes: boolean): RefusedError {
    const why = resumes ? "streams of this revision cannot be resumed" : "no sessions are kept";
    return new RefusedError(405, `There is no stream to get: ${why}`, allowHeader(this.#endpoint, call));
  }

  /** In a drain, what can only be read on here still is. @throws ShuttingDownError */
  #checkOpen(position: StreamPosition | undefined): void {
    const { traffic, dispatcher } = this.#endpoint;
    const onlyHere = position !== undefined && dispatcher.state === undefined;
    if (traffic.draining && !(onlyHere && !isStandingId(position.stream))) throw new ShuttingDownError();
  }

  /** The stream outside any request; the newest connection has it. */
  async #listen(visit: Visit, session: Session, position: StreamPosition | undefined): Promise<void> {
    const { sessions } = this.#endpoint;
    // The stream that is there gives way.
    checkRoom(this.#endpoint, session.uses - (session.standing?.attached === true ? 1 : 0));
    sessions?.use(session);
    const before = session.standing;
    const standing = this.#standing(session, position);
    const tookUp = position !== undefined && standing !== before ? standing.id : undefined;
    if (before !== standing) before?.detach();
    session.standing = standing;
    const sink = this.#endpoint.stream(visit);
    visit.call.onGone(() => standing.leave(sink));
    if (tookUp === undefined) sessions?.listening(session);
    await standing.attach({
      sink,
      primed: primes(session),
      after: position?.after,
      onMissed: () => session.link.missed(),
      onEnd: () => sessions?.release(session),
    });
    if (tookUp !== undefined) fireAndForget(() => sessions?.tookUp(session, tookUp));
  }

  #standing(session: Session, position: StreamPosition | undefined): StandingStream {
    if (position !== undefined && session.standing?.id === position.stream) return session.standing;
    const { streams } = this.#endpoint;
    if (streams === undefined) return new DirectStandingStream();
    return new LoggedStandingStream(streams, session, position?.stream);
  }

  /** A stream that answers a request, from where its connection broke. */
  async #resume(
    streams: Streams,
    visit: Visit,
    session: Session | undefined,
    position: StreamPosition,
  ): Promise<void> {
    const { sessions } = this.#endpoint;
    const { call, principal } = visit;
    if (session !== undefined) {
      checkRoom(this.#endpoint, session.uses);
      sessions?.use(session);
    }
    const name = logName(position.stream, session ?? { principal: principal?.id });
    let stop: (() => void) | undefined;
    try {
      const reader = await readerOf(streams, name, position.after);
      const connection = new StreamConnection(position.stream, this.#endpoint.stream(visit), true);
      call.onGone(() => connection.leave());
      // A client that is cut off again before anything comes is to know where it was.
      if (primes(session)) connection.prime(position.after, streams.retryMs);
      stop = streams.watchOver(name);
      await streams.carry(name, connection, reader);
    } finally {
      stop?.();
      if (session !== undefined) sessions?.release(session);
    }
  }
}

/** Whether an event without a message is understood (2025-11-25, Listening for Messages from the Server). */
function primes(session: Session | undefined): boolean {
  const revision = session?.handshake?.revision;
  return revision !== undefined && has(revision, "ssePolling");
}

function positionOf(lastEventId: string): StreamPosition {
  const position = parseEventId(lastEventId);
  if (position === undefined)
    throw new RefusedError(400, "The Last-Event-ID header is no id of an event of this server");
  return position;
}

/** @throws RefusedError when there is none, or it is another connection's by now */
async function readerOf(streams: Streams, name: string, after: string | undefined): Promise<LogReader> {
  const gone = "There is no such stream any more: it is too old, or never was this client's";
  try {
    const reader = await streams.resume(name, after);
    if (reader === undefined) throw new RefusedError(410, gone);
    return reader;
  } catch (error) {
    if (!(error instanceof FencedError)) throw error;
    throw new RefusedError(409, "A newer connection has taken up this stream");
  }
}
