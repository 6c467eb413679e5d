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
  type Scheduled,
} from "@towpath/mcp-core/transport";
import type { HttpLimits } from "../limits.js";
import { withChange } from "./handshake-change.js";
import { SessionWire, type SessionNews } from "./session-news.js";
import { SessionRecords, type ReadSession } from "./session-records.js";
import { Session, type SessionKeeper, type SessionStart } from "./session.js";

/** Idle sessions whose link stays open, so that the next request finds it. */
const MAX_WARM = 1024;

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
  /** Those this node has a link for. */
  readonly #active = new Map<string, Session>();
  /** Those of them that are idle, and whose client has no stream to come back to; the least recently used come first. */
  readonly #warm = new Set<Session>();
  /** Those whose client has not come back yet, as far as this node knows. */
  readonly #provisional = new WeakSet<Session>();
  #sweeping: Scheduled | undefined;

  constructor({ dispatcher, state, shared, limits, report, clock = systemClock }: SessionsOptions) {
    this.#dispatcher = dispatcher;
    this.#records = new SessionRecords(state.records, limits.sessionTtlMs, limits.maxSessions);
    const heard = (news: SessionNews): void => this.#heard(news);
    this.#wire = shared ? new SessionWire(state.bus, heard, report) : undefined;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Those this node is busy with. */
  get active(): Iterable<Session> {
    return this.#active.values();
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

  async #renew(known: Session, principal: Principal | undefined): Promise<Session | undefined> {
    const { id } = known;
    this.#provisional.delete(known);
    known.touchedAt = this.#clock.now();
    if (this.#warm.delete(known)) this.#warm.add(known);
    if (await this.#isThere(known)) return this.#active.get(id) ?? this.#restore(id, principal);
    this.#forget(known);
    return undefined;
  }

  /** To be called for every request and stream of a session, as it begins. */
  use(session: Session): void {
    this.#warm.delete(session);
    session.uses += 1;
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
    if (!this.#provisional.has(session) && !this.#isFresh(session)) {
      session.touchedAt = session.lastUsed;
      fireAndForget(() => this.#records.touch(session.id));
    }
    this.#rest(session);
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
    this.#wire?.close();
    const ended = [...this.#active.values()].map(async (session) => {
      session.standing?.detach();
      await session.link.close(reason);
    });
    this.#active.clear();
    this.#warm.clear();
    await Promise.all(ended);
  }

  async keep(session: Session, before: Handshake | undefined, after: Handshake): Promise<void> {
    if (before === undefined) return this.#create(session, after);
    const kept = await this.#records
      .change(session.id, (stored) => withChange(stored, before, after))
      .catch(asBusy);
    if (kept === undefined) return;
    // What has been set in the meantime is kept next.
    if (session.handshake === after) session.adopt(kept);
    this.#wire?.tell({ kind: "changed", session: session.id });
  }

  /** Whether its time began anew so short a while ago that it need not again. */
  #isFresh({ touchedAt }: Session): boolean {
    return this.#clock.now() - touchedAt < Math.min(FRESH_MS, this.#limits.sessionTtlMs / 1000);
  }

  #open(start: Pick<SessionStart, "id" | "principal" | "stored">): Session {
    return new Session({ ...start, dispatcher: this.#dispatcher, keeper: this });
  }

  async #create(session: Session, handshake: Handshake): Promise<void> {
    const { id, principal } = session;
    const created = await this.#records.create(id, { handshake, owner: principal }).catch(asBusy);
    if (created.outcome !== "created")
      throw new BusyError(
        `${String(this.#limits.maxSessions)} sessions are open, the most there may be (maxSessions)`,
      );
    this.#provisional.add(session);
    this.#keep(session);
  }

  async #restore(id: string, principal: Principal | undefined): Promise<Session | undefined> {
    const stored = await this.#records.peek(id);
    // Only its owner's requests let its time begin anew.
    if (stored === undefined || stored.owner !== principal?.id) return undefined;
    if (!(await this.#records.touch(id))) return undefined;
    const known = this.#active.get(id);
    if (known !== undefined) return known; // another request was faster
    const session = this.#open({ id, principal, stored });
    this.#keep(session);
    return session;
  }

  /** Whether a session has neither expired nor ended elsewhere; if so, with all that was set elsewhere. */
  async #isThere(session: Session): Promise<boolean> {
    if (this.#wire === undefined) return this.#records.touch(session.id);
    const { version } = session;
    const stored = await this.#records.get(session.id);
    this.#update(session, version, stored);
    return stored !== undefined;
  }

  /** @param version what this node knew when it asked: what was kept since is newer than the answer */
  #update(session: Session, version: string | undefined, stored: ReadSession | undefined): void {
    if (stored === undefined || stored.version === version) return;
    if (session.version === version && !session.saving) session.adopt(stored);
  }

  #keep(session: Session): void {
    this.#active.set(session.id, session);
    session.lastUsed = this.#clock.now();
    if (session.uses === 0) this.#rest(session);
    this.#sweeping ??= this.#clock.schedule(this.#limits.sessionTtlMs / 3, this.#sweep);
  }

  #forget(session: Session): void {
    if (this.#active.get(session.id) !== session) return;
    session.ended = true;
    this.#active.delete(session.id);
    this.#warm.delete(session);
    session.standing?.detach();
    fireAndForget(() => session.link.close(CLOSED));
  }

  /** A client that has a stream to come back to is waited for; of other idle sessions, some stay. */
  #rest(session: Session): void {
    if (session.standing !== undefined) return;
    this.#warm.add(session);
    for (const coldest of this.#warm) {
      if (this.#warm.size <= MAX_WARM) return;
      this.#forget(coldest);
    }
  }

  /** Time does not run for a session while a connection of its client is open. */
  readonly #sweep = (): void => {
    const { sessionTtlMs } = this.#limits;
    const now = this.#clock.now();
    for (const session of this.#active.values()) {
      if (session.uses > 0) fireAndForget(() => this.#stayAlive(session));
      else if (session.lastUsed + this.#ttlOf(session) <= now) this.#forget(session);
    }
    const again = this.#active.size > 0;
    this.#sweeping = again ? this.#clock.schedule(sessionTtlMs / 3, this.#sweep) : undefined;
  };

  #ttlOf(session: Session): number {
    return this.#provisional.has(session) ? this.#records.provisionalTtlMs : this.#limits.sessionTtlMs;
  }

  async #stayAlive(session: Session): Promise<void> {
    if (!(await this.#records.touch(session.id))) this.#forget(session);
  }

  async #reload(session: Session): Promise<void> {
    const { version } = session;
    this.#update(session, version, await this.#records.peek(session.id));
  }

  /** Another node has the GET stream now, and this one is not to write to it. */
  #handOver(session: Session): void {
    if (session.standing === undefined) return;
    session.standing.detach();
    session.standing = undefined;
    if (session.uses === 0) this.#rest(session);
  }

  #heard(news: SessionNews): void {
    const session = this.#active.get(news.session);
    if (session === undefined) return;
    switch (news.kind) {
      case "ended":
        this.#forget(session);
        return;
      case "changed":
        fireAndForget(() => this.#reload(session));
        return;
      case "listening":
        this.#handOver(session);
        return;
      case "cancelled":
        session.link.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: news.params });
    }
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
