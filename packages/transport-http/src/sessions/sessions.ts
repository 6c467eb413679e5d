import type { Handshake, State } from "@towpath/mcp-core";
import {
  BusyError,
  fireAndForget,
  systemClock,
  type Clock,
  type CloseReason,
  type Dispatcher,
  type JsonRpcNotification,
  type Principal,
  type Scheduled,
} from "@towpath/mcp-core/transport";
import type { HttpLimits } from "../limits.js";
import type { SessionNews } from "./session-news.js";
import { SessionWire } from "./session-news.js";
import { SessionRecords } from "./session-records.js";
import { Session } from "./session.js";

/** Idle sessions whose link stays open, so that the next request finds it. */
const MAX_WARM = 1024;

const CLOSED: CloseReason = { kind: "closed" };

export interface SessionsOptions {
  readonly dispatcher: Dispatcher;
  readonly state: State;
  /** Whether other nodes use the same state. */
  readonly shared: boolean;
  readonly limits: HttpLimits;
  readonly report: (error: unknown) => void;
  readonly clock?: Clock | undefined;
}

/** The sessions of an endpoint (2025-11-25, Session Management). */
export class Sessions {
  readonly #dispatcher: Dispatcher;
  readonly #records: SessionRecords;
  readonly #wire: SessionWire | undefined;
  readonly #limits: HttpLimits;
  readonly #clock: Clock;
  /** Those this node has a link for; the least recently used come first. */
  readonly #active = new Map<string, Session>();
  #warm = 0;
  #sweeping: Scheduled | undefined;

  constructor({ dispatcher, state, shared, limits, report, clock = systemClock }: SessionsOptions) {
    this.#dispatcher = dispatcher;
    this.#records = new SessionRecords(state.records, limits.sessionTtlMs, limits.maxSessions);
    this.#wire = shared ? new SessionWire(state.bus, report) : undefined;
    this.#limits = limits;
    this.#clock = clock;
    this.#wire?.hear((news) => this.#heard(news));
  }

  /** Those this node is busy with. */
  get active(): Iterable<Session> {
    return this.#active.values();
  }

  /** A session for a client that is about to introduce itself, in use for that; it exists once it has done so. */
  begin(principal: Principal | undefined): Session {
    const save = async (session: Session): Promise<void> => {
      if (this.#active.has(session.id)) await this.#save(session);
      else await this.#create(session);
    };
    const session = new Session({ id: crypto.randomUUID(), dispatcher: this.#dispatcher, principal, save });
    session.uses = 1;
    return session;
  }

  /** The session, if there is one with this id, and it is this principal's. */
  async find(id: string, principal: Principal | undefined): Promise<Session | undefined> {
    const known = this.#active.get(id);
    if (known === undefined) return this.#restore(id, principal);
    if (known.principal !== principal?.id) return undefined;
    if (await this.#records.touch(id)) return known;
    this.#forget(known);
    return undefined;
  }

  /** To be called for every request and stream of a session, before it begins; `false` when it has too many. */
  use(session: Session): boolean {
    if (session.uses >= this.#limits.maxStreamsPerSession) return false;
    if (session.uses === 0 && session.standing === undefined) this.#warm -= 1;
    session.uses += 1;
    return true;
  }

  /** To be called when it has ended. The session's time begins anew with its last connection. */
  release(session: Session): void {
    session.uses -= 1;
    if (session.uses > 0) return;
    if (this.#active.get(session.id) !== session) {
      fireAndForget(() => session.link.close(CLOSED)); // it has ended, or was never begun
      return;
    }
    session.lastUsed = this.#clock.now();
    if (session.standing === undefined) this.#warm += 1;
    this.#active.delete(session.id);
    this.#active.set(session.id, session);
    fireAndForget(() => this.#records.touch(session.id));
    this.#coolDown();
  }

  async end(session: Session): Promise<void> {
    await this.#records.delete(session.id);
    this.#wire?.tell({ kind: "ended", session: session.id });
    this.#forget(session);
  }

  /** A notification from the client; what it is about may be going on at another node. */
  notify(session: Session, message: JsonRpcNotification): void {
    session.link.notify(message);
    if (message.method === "notifications/cancelled" && message.params !== undefined)
      this.#wire?.tell({ kind: "cancelled", session: session.id, params: message.params });
  }

  /** The session's GET stream is here from now on. */
  listening(session: Session): void {
    this.#wire?.tell({ kind: "listening", session: session.id });
  }

  /** Ends every link of this node; the sessions themselves live on in their records. */
  async close(reason: CloseReason): Promise<void> {
    this.#sweeping?.cancel();
    const ended = [...this.#active.values()].map(async (session) => {
      session.standing?.detach();
      await session.link.close(reason);
    });
    this.#active.clear();
    await Promise.all(ended);
  }

  async #create(session: Session): Promise<void> {
    const { outcome } = await this.#records.create(session.id, stored(session));
    if (outcome !== "created")
      throw new BusyError(
        `${String(this.#limits.maxSessions)} sessions are open, the most there may be (maxSessions)`,
      );
    this.#keep(session);
  }

  async #save(session: Session): Promise<void> {
    await this.#records.save(session.id, stored(session));
    if (session.handshake !== undefined)
      this.#wire?.tell({ kind: "changed", session: session.id, handshake: session.handshake });
  }

  async #restore(id: string, principal: Principal | undefined): Promise<Session | undefined> {
    const record = await this.#records.get(id);
    if (record === undefined || record.owner !== principal?.id) return undefined;
    const known = this.#active.get(id);
    if (known !== undefined) return known; // another request was faster
    const { handshake } = record;
    const save = (session: Session): Promise<void> => this.#save(session);
    const session = new Session({ id, dispatcher: this.#dispatcher, principal, handshake, save });
    this.#keep(session);
    return session;
  }

  #keep(session: Session): void {
    session.lastUsed = this.#clock.now();
    if (session.uses === 0) this.#warm += 1;
    this.#active.set(session.id, session);
    this.#sweeping ??= this.#clock.schedule(this.#limits.sessionTtlMs / 3, this.#sweep);
  }

  #forget(session: Session): void {
    if (this.#active.get(session.id) !== session) return;
    this.#active.delete(session.id);
    if (session.uses === 0 && session.standing === undefined) this.#warm -= 1;
    session.standing?.detach();
    fireAndForget(() => session.link.close(CLOSED));
  }

  /** Lets go of idle sessions; a client that has a stream to come back to is waited for. */
  #coolDown(): void {
    if (this.#warm <= MAX_WARM) return;
    for (const session of this.#active.values()) {
      if (session.uses > 0 || session.standing !== undefined) continue;
      this.#forget(session);
      if (this.#warm <= MAX_WARM) return;
    }
  }

  /** Time does not run for a session while a connection of its client is open. */
  readonly #sweep = (): void => {
    const { sessionTtlMs } = this.#limits;
    const now = this.#clock.now();
    for (const session of this.#active.values()) {
      if (session.uses > 0) fireAndForget(() => this.#records.touch(session.id));
      else if (session.lastUsed + sessionTtlMs <= now) this.#forget(session);
    }
    const again = this.#active.size > 0;
    this.#sweeping = again ? this.#clock.schedule(sessionTtlMs / 3, this.#sweep) : undefined;
  };

  /** Another node has the GET stream now, and this one is not to write to it. */
  #handOver(session: Session): void {
    if (session.standing === undefined) return;
    session.standing.detach();
    session.standing = undefined;
    if (session.uses === 0) this.#warm += 1;
  }

  #heard(news: SessionNews): void {
    const session = this.#active.get(news.session);
    if (session === undefined) return;
    switch (news.kind) {
      case "ended":
        this.#forget(session);
        return;
      case "changed":
        session.handshake = news.handshake;
        session.link.adopt(news.handshake);
        return;
      case "listening":
        this.#handOver(session);
        return;
      case "cancelled":
        session.link.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: news.params });
    }
  }
}

/** Only a session that was introduced is ever kept. */
function stored({ handshake, principal }: Session): { handshake: Handshake; owner: string | undefined } {
  if (handshake === undefined) throw new TypeError("A session is kept before it was introduced");
  return { handshake, owner: principal };
}
