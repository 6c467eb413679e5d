import { Deadlines, KeepAlive } from "@towpath/mcp-core/http";
import type { Visit } from "@towpath/mcp-core/http-server";
import {
  BusyError,
  connectionLimits,
  isHandshakeRevision,
  Load,
  REVISIONS,
  ShuttingDownError,
  type Clock,
  type CloseReason,
  type ConnectionLimits,
  type Dispatcher,
  type HandshakeRevision,
} from "@towpath/mcp-core/transport";
import type { SseLimits } from "./limits.js";
import type { SseSettings } from "./options.js";
import { relativeReference } from "./reference.js";
import { Session, type SessionHost } from "./session.js";

/** The parameter of the query that names a session. */
export const SESSION = "session";

/** What a client is told that names a session which is not there, or is somebody else's. */
export const GONE = "There is no such session: it has ended, or never was; a GET opens one";

/** How long handlers that were aborted have to clean up, in ms. */
const GRACE_MS = 500;

/** The sessions whose streams are open here. */
export class Sessions implements SessionHost {
  readonly dispatcher: Dispatcher;
  readonly revisions: readonly HandshakeRevision[];
  readonly connectionLimits: ConnectionLimits;
  readonly load: Load;
  readonly clock: Clock;
  readonly #open = new Map<string, Session>();
  readonly #limits: SseLimits;
  readonly #endpoint: string;
  readonly #onEnd: (id: string) => void;
  readonly #introductions: Deadlines;
  readonly #keepAlive: KeepAlive;
  #draining = false;

  /**
   * @param onEnd told of each that has ended
   * @throws TypeError when nothing can be spoken in them
   */
  constructor(dispatcher: Dispatcher, settings: SseSettings, onEnd: (id: string) => void) {
    const { limits, clock, path, messagePath, keepAliveMs } = settings;
    this.dispatcher = dispatcher;
    this.revisions = handshakesOf(dispatcher);
    this.connectionLimits = connectionLimits({
      maxInFlight: limits.maxInFlightPerSession,
      maxQueued: limits.maxQueuedPerSession,
      maxBatch: limits.maxBatch,
    });
    this.load = new Load(limits);
    this.clock = clock;
    this.#limits = limits;
    this.#endpoint = `${relativeReference(path, messagePath)}?${SESSION}=`;
    this.#onEnd = onEnd;
    this.#introductions = new Deadlines(limits.introductionTimeoutMs, clock);
    this.#keepAlive = new KeepAlive(keepAliveMs, clock);
  }

  /** By their ids. */
  get all(): ReadonlyMap<string, Session> {
    return this.#open;
  }

  /** No new ones are opened any more, and no requests are taken. */
  get draining(): boolean {
    return this.#draining;
  }

  /** @throws BusyError, ShuttingDownError when there is no place for another */
  checkRoom(): void {
    if (this.#draining) throw new ShuttingDownError();
    const { maxSessions } = this.#limits;
    if (this.#open.size >= maxSessions)
      throw new BusyError(`${String(maxSessions)} sessions are open, the most there may be (maxSessions)`);
  }

  /** Opens one, over the request that asked for it. */
  begin(id: string, visit: Visit): void {
    const session = new Session(this, id, visit, this.#endpoint + id);
    this.#open.set(id, session);
    this.#introductions.add(session);
    this.#keepAlive.add(session.stream);
    visit.call.onGone(() => this.end(session, { kind: "lost" }));
  }

  /** Its client has sent a message. Once it has agreed on a revision, it may stay. */
  heard(session: Session): void {
    if (session.place !== undefined && session.connection.revision !== undefined)
      this.#introductions.delete(session);
  }

  end(session: Session, reason: CloseReason): void {
    if (!this.#open.delete(session.id)) return;
    this.#introductions.delete(session);
    this.#keepAlive.delete(session.stream);
    session.connection.close(reason);
    session.stream.end();
    this.#onEnd(session.id);
  }

  /** Lets what is in flight finish for at most `timeoutMs`; each ends as soon as nothing of its own is. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    const sessions = [...this.#open.values()];
    const ended = sessions.map(async (session) => {
      await session.connection.drain(timeoutMs);
      this.end(session, { kind: "closed" });
    });
    await Promise.all(ended);
    await Promise.all(sessions.map(({ connection }) => connection.settled(GRACE_MS)));
  }
}

function handshakesOf({ revisions = REVISIONS }: Dispatcher): readonly HandshakeRevision[] {
  const handshakes = revisions.filter(isHandshakeRevision);
  if (handshakes.length > 0) return handshakes;
  throw new TypeError(
    `HTTP+SSE carries the revisions from 2024-11-05 to 2025-11-25, and this server speaks none of them, but ${revisions.join(", ")}: serve it over Streamable HTTP`,
  );
}
