import { LimitError, StateUnavailableError, type Handshake, type State } from "@towpath/mcp-core";
import {
  BusyError,
  fireAndForget,
  systemClock,
  type Clock,
  type CloseReason,
  type Dispatcher,
  type JsonRpcNotification,
  type MaybePromise,
  type Principal,
} from "@towpath/mcp-core/transport";
import type { HttpLimits } from "../limits.js";
import { paced } from "../paced.js";
import { insist } from "../streams/insist.js";
import { ActiveSessions } from "./active-sessions.js";
import { withChange } from "./handshake-change.js";
import { changeOf, type Changed, type SessionNews } from "./session-news.js";
import { SessionRecords, type ReadSession } from "./session-records.js";
import { SessionWire } from "./session-wire.js";
import { Session, type SessionKeeper, type SessionStart } from "./session.js";

/** How exact the time to live of a session is, in ms; shorter ones to a thousandth. */
const FRESH_MS = 1_000;

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
export class Sessions implements SessionKeeper {
  readonly #dispatcher: Dispatcher;
  readonly #records: SessionRecords;
  readonly #wire: SessionWire | undefined;
  readonly #limits: HttpLimits;
  readonly #clock: Clock;
  readonly #report: (error: unknown) => void;
  readonly #active: ActiveSessions;
  /** Tells the last time that all sessions were to be read anew. */
  #catchingUp: symbol | undefined;

  constructor({ dispatcher, state, shared, limits, report, clock = systemClock }: SessionsOptions) {
    this.#dispatcher = dispatcher;
    this.#records = new SessionRecords(state.records, limits.sessionTtlMs, limits.maxSessions);
    this.#active = new ActiveSessions(this.#records, limits, clock);
    this.#limits = limits;
    this.#clock = clock;
    this.#report = report;
    const host = {
      heard: (news: SessionNews) => this.#heard(news),
      missed: () => fireAndForget(() => this.#catchUp()),
      handOver: (id: string, stream: string) => this.#handOver(this.#active.get(id), stream),
      report,
    };
    this.#wire = shared ? new SessionWire(state.bus, clock, host) : undefined;
  }

  /** Those this node is busy with. */
  get active(): Iterable<Session> {
    return this.#active;
  }

  /** A session for a client that is about to introduce itself, in use for that; it exists once it has done so. */
  begin(principal: Principal | undefined): Session {
    const session = this.#open({ id: crypto.randomUUID(), principal });
    session.uses = 1;
    return session;
  }

  /** The session, if there is one with this id, and it is this principal's. */
  find(id: string, principal: Principal | undefined): MaybePromise<Session | undefined> {
    const known = this.#active.get(id);
    if (known === undefined) return this.#restore(id, principal);
    if (known.principal !== principal?.id) return undefined;
    known.lastUsed = this.#clock.now();
    // Where no other node can have ended it, what was there a moment ago is there.
    return this.#wire === undefined && this.#isFresh(known) ? known : this.#renew(known, principal);
  }

  /** To be called for every request and stream of a session, as it begins. */
  use(session: Session): void {
    this.#active.use(session);
  }

  /** To be called when it has ended. The session's time begins anew with its last connection. */
  release(session: Session): void {
    session.uses -= 1;
    if (session.uses > 0) return;
    if (!this.#active.has(session)) {
      fireAndForget(() => session.link.close(CLOSED)); // it has ended, or was never begun
      return;
    }
    session.lastUsed = this.#clock.now();
    if (!this.#active.isProvisional(session) && !this.#isFresh(session)) {
      session.touchedAt = session.lastUsed;
      fireAndForget(() => this.#records.touch(session));
    }
    this.#active.rest(session);
  }

  async end(session: Session): Promise<void> {
    await this.#records.delete(session);
    this.#active.forget(session);
    // Other nodes find out by themselves, if it has to be.
    await this.#wire?.tell({ kind: "ended", session: session.id }).catch(this.#report);
  }

  /**
   * A notification from the client; what it is about may be going on at another node. Settles when that can know it;
   * rejects as the state does.
   */
  notify(session: Session, message: JsonRpcNotification): MaybePromise<void> {
    session.link.notify(message);
    if (message.method === "notifications/cancelled" && message.params !== undefined)
      return this.#wire?.tell({ kind: "cancelled", session: session.id, params: message.params });
  }

  /** The session's GET stream is here from now on. */
  listening(session: Session): void {
    this.#wire?.tell({ kind: "listening", session: session.id }).catch(this.#report);
  }

  /** So it is, and this one was another node's: if that is gone, nobody has heard what changed since. */
  async tookUp(session: Session, stream: string): Promise<void> {
    if (this.#wire === undefined || (await this.#wire.takeOver(session.id, stream))) return;
    if (this.#active.has(session)) session.link.missed();
  }

  /** Ends every link of this node; the sessions themselves live on in their records. */
  async close(reason: CloseReason): Promise<void> {
    this.#wire?.close();
    await this.#active.close(reason);
  }

  async keep(session: Session, before: Handshake | undefined, after: Handshake): Promise<void> {
    if (before === undefined) return this.#create(session, after);
    const kept = await this.#records
      .change(session, (stored) => withChange(stored, before, after))
      .catch(asBusy);
    if (kept === undefined) return;
    // What has been set in the meantime is kept next.
    if (session.handshake === after) session.adopt(kept);
    // Before the client hears that it is so: the node that has its stream is to know.
    await this.#wire?.tell(changeOf(session.id, kept)).catch(asBusy);
  }

  /** Whether its time began anew so short a while ago that it need not again. */
  #isFresh({ touchedAt }: Session): boolean {
    return this.#clock.now() - touchedAt < Math.min(FRESH_MS, this.#limits.sessionTtlMs / 1000);
  }

  #open(start: Pick<SessionStart, "id" | "principal" | "stored">): Session {
    return new Session({ ...start, dispatcher: this.#dispatcher, keeper: this });
  }

  async #create(session: Session, handshake: Handshake): Promise<void> {
    await this.#wire?.listen();
    const created = await this.#records.create(session, handshake).catch(asBusy);
    if (created.outcome !== "created")
      throw new BusyError(
        `${String(this.#limits.maxSessions)} sessions are open, the most there may be (maxSessions)`,
      );
    this.#active.begin(session);
  }

  async #renew(known: Session, principal: Principal | undefined): Promise<Session | undefined> {
    const { id } = known;
    this.#active.renew(known);
    known.touchedAt = this.#clock.now();
    if (await this.#isThere(known)) return this.#active.get(id) ?? this.#restore(id, principal);
    this.#active.forget(known);
    return undefined;
  }

  async #restore(id: string, principal: Principal | undefined): Promise<Session | undefined> {
    await this.#wire?.listen();
    const stored = await this.#records.get({ id, principal: principal?.id });
    if (stored === undefined) return undefined;
    const known = this.#active.get(id);
    if (known !== undefined) return known; // another request was faster
    const session = this.#open({ id, principal, stored });
    this.#active.add(session);
    return session;
  }

  /** Whether a session has neither expired nor ended elsewhere; if so, with all that was set elsewhere. */
  async #isThere(session: Session): Promise<boolean> {
    if (this.#wire === undefined) return this.#records.touch(session);
    const listening = this.#wire.listen();
    if (listening !== undefined) await listening;
    const { version } = session;
    const stored = await this.#records.get(session);
    this.#update(session, version, stored);
    return stored !== undefined;
  }

  /**
   * @param version what this node knew when it asked: what was kept since is newer than the answer
   * @returns whether there was anything new
   */
  #update(session: Session, version: string | undefined, stored: ReadSession | undefined): boolean {
    if (stored === undefined || stored.version === version) return false;
    if (session.version !== version || session.saving) return false;
    session.adopt(stored);
    return true;
  }

  async #reload(session: Session): Promise<void> {
    const { version } = session;
    this.#update(session, version, await this.#records.peek(session));
  }

  /** Reads all sessions anew: what other nodes told of them may have been missed. */
  async #catchUp(): Promise<void> {
    const turn = (this.#catchingUp = Symbol());
    await paced([...this.#active], async (session) => {
      if (this.#catchingUp === turn) await this.#compare(session);
    });
  }

  async #compare(session: Session): Promise<void> {
    const { version } = session;
    const peek = (): Promise<ReadSession | undefined> => this.#records.peek(session);
    const stored = await insist(peek, { clock: this.#clock, forMs: this.#limits.sessionTtlMs });
    if (stored === undefined) this.#active.forget(session);
    // What it was known to wait for before, whoever carries changes has told by itself.
    else if (this.#update(session, version, stored)) session.link.missed();
  }

  /**
   * Another node has the GET stream now, and this one is not to write to it.
   * @returns whether it was here
   */
  #handOver(session: Session | undefined, stream?: string): boolean {
    const standing = session?.standing;
    if (session === undefined || standing === undefined) return false;
    standing.detach();
    session.standing = undefined;
    if (session.uses === 0) this.#active.rest(session);
    return standing.id === stream;
  }

  #heard(news: SessionNews): void {
    const session = this.#active.get(news.session);
    if (session === undefined) return;
    switch (news.kind) {
      case "ended":
        this.#active.forget(session);
        return;
      case "changed":
        this.#change(session, news.stored);
        return;
      case "listening":
        this.#handOver(session);
        return;
      case "cancelled":
        session.link.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: news.params });
    }
  }

  /** Two changes may be told in the wrong order, so that what is stored has the last word. */
  #change(session: Session, stored: Changed | undefined): void {
    if (stored !== undefined && !session.saving) session.adopt(stored);
    fireAndForget(() => this.#reload(session));
  }
}

/** A state that is full is no failure of the server's: its client is to come later. */
function asBusy(error: unknown): never {
  if (error instanceof StateUnavailableError)
    throw new BusyError("The state that keeps sessions cannot be reached just now");
  if (error instanceof LimitError)
    throw new BusyError(`There is no room for what is kept of sessions (${error.limit} of the state)`);
  throw error;
}
