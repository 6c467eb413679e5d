import { ShuttingDownError } from "@towpath/mcp-core/transport";
import { parseEventId, type StreamPosition } from "./streams/stream-id.js";
import { checkGetTypes, checkVersion, LAST_EVENT_ID, saysStateless } from "./headers.js";
import { isPrimed } from "./exchange.js";
import type { Host, Visit } from "./host.js";
import { RefusedError } from "./refused-error.js";
import { findSession } from "./seats.js";
import { checkRoom } from "./serving.js";
import type { Session } from "./sessions/session.js";
import { StandingStream } from "./streams/standing-stream.js";

/** Opens the stream of a session, or takes up one that broke (Listening for Messages from the Server; Resumability). */
export class Get {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** @throws RefusedError when there is no stream for this request */
  async handle(visit: Visit): Promise<void> {
    const { sessions, streams } = this.#host;
    const { headers } = visit.call;
    const lastEventId = headers.get(LAST_EVENT_ID);
    const resumes = lastEventId !== null && streams !== undefined;
    if (saysStateless(headers) || (sessions === undefined && !resumes)) throw noStreams(resumes);
    checkGetTypes(headers);
    checkVersion(headers, this.#host.dispatcher);
    const session = sessions === undefined ? undefined : await findSession(this.#host, visit);
    const position = resumes ? positionOf(lastEventId) : undefined;
    this.#checkOpen(position);
    if (position !== undefined && !(session !== undefined && StandingStream.isId(position.stream)))
      return this.#resume(visit, session, position);
    if (session !== undefined) return this.#listen(visit, session, position);
  }

  /** In a drain, what can only be read on here still is. @throws ShuttingDownError */
  #checkOpen(position: StreamPosition | undefined): void {
    const { traffic, dispatcher } = this.#host;
    const onlyHere = position !== undefined && dispatcher.state === undefined;
    if (traffic.draining && !(onlyHere && !StandingStream.isId(position.stream)))
      throw new ShuttingDownError();
  }

  /** The stream outside any request; the newest connection has it. */
  async #listen(visit: Visit, session: Session, position: StreamPosition | undefined): Promise<void> {
    const { sessions, streams } = this.#host;
    // The stream that is there gives way.
    checkRoom(this.#host, session.uses - (session.standing?.attached === true ? 1 : 0));
    sessions?.use(session);
    const standing = this.#standing(session, position);
    if (session.standing !== standing) session.standing?.detach();
    session.standing = standing;
    const sink = this.#host.stream(visit.call, visit.headers);
    visit.call.onGone(() => standing.leave(sink));
    sessions?.listening(session);
    const primed = streams !== undefined && isPrimed(session.handshake?.revision);
    await standing.attach(sink, () => sessions?.release(session), primed, position?.after);
  }

  #standing(session: Session, position: StreamPosition | undefined): StandingStream {
    if (position !== undefined && session.standing?.id === position.stream) return session.standing;
    return new StandingStream(this.#host.streams, session, position?.stream);
  }

  /** A stream that answers a request, from where its connection broke. */
  async #resume(visit: Visit, session: Session | undefined, position: StreamPosition): Promise<void> {
    const { sessions, streams } = this.#host;
    const { call, principal } = visit;
    if (session !== undefined) {
      checkRoom(this.#host, session.uses);
      sessions?.use(session);
    }
    try {
      const name = streams?.name(position.stream, session ?? { principal: principal?.id });
      const reader = name === undefined ? undefined : await streams?.resume(name, position.after);
      if (streams === undefined || name === undefined || reader === undefined)
        throw new RefusedError(
          410,
          "There is no such stream any more: it is too old, or never was this client's",
        );
      const connection = streams.connect(position.stream, this.#host.stream(call, visit.headers), true);
      call.onGone(() => connection.leave());
      await streams.carry(name, connection, reader);
    } finally {
      if (session !== undefined) sessions?.release(session);
    }
  }
}

function positionOf(lastEventId: string): StreamPosition {
  const position = parseEventId(lastEventId);
  if (position === undefined)
    throw new RefusedError(400, "The Last-Event-ID header is no id of an event of this server");
  return position;
}

function noStreams(resumable: boolean): RefusedError {
  const why = resumable ? "streams of this revision cannot be resumed" : "no sessions are kept";
  return new RefusedError(405, `There is no stream to get: ${why}`, { allow: "POST" });
}
