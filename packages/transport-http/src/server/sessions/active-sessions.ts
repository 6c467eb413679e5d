import { fireAndForget, type Clock, type CloseReason, type Scheduled } from "@towpath/mcp-core/transport";
import type { HttpLimits } from "../limits.js";
import { paced } from "../paced.js";
import type { SessionRecords } from "./session-records.js";
import type { Session } from "./session.js";

/** Idle sessions whose link stays open, so that the next request finds it. */
const MAX_WARM = 1024;

const CLOSED: CloseReason = { kind: "closed" };

/** The sessions that this node has a link for, because it is busy with them, or may be again soon. */
export class ActiveSessions implements Iterable<Session> {
  readonly #records: SessionRecords;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #all = new Map<string, Session>();
  /** Those of them that are idle, and whose client has no stream to come back to; the least recently used come first. */
  readonly #warm = new Set<Session>();
  /** Those whose client has not come back yet, as far as this node knows. */
  readonly #provisional = new WeakSet<Session>();
  #sweeping: Scheduled | undefined;

  constructor(records: SessionRecords, { sessionTtlMs }: HttpLimits, clock: Clock) {
    this.#records = records;
    this.#ttlMs = sessionTtlMs;
    this.#clock = clock;
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#all.values();
  }

  get(id: string): Session | undefined {
    return this.#all.get(id);
  }

  has(session: Session): boolean {
    return this.#all.get(session.id) === session;
  }

  /** Whether its client may never come back. */
  isProvisional(session: Session): boolean {
    return this.#provisional.has(session);
  }

  /** A session that has just begun. */
  begin(session: Session): void {
    this.#provisional.add(session);
    this.add(session);
  }

  add(session: Session): void {
    this.#all.set(session.id, session);
    session.lastUsed = this.#clock.now();
    if (session.uses === 0) this.rest(session);
    this.#sweeping ??= this.#clock.schedule(this.#ttlMs / 3, this.#sweep);
  }

  /** Its client has come back. */
  renew(session: Session): void {
    this.#provisional.delete(session);
    if (this.#warm.delete(session)) this.#warm.add(session);
  }

  use(session: Session): void {
    this.#warm.delete(session);
    session.uses += 1;
  }

  /** A client that has a stream to come back to is waited for; of other idle sessions, some stay. */
  rest(session: Session): void {
    if (session.standing !== undefined) return;
    this.#warm.add(session);
    for (const coldest of this.#warm) {
      if (this.#warm.size <= MAX_WARM) return;
      this.forget(coldest);
    }
  }

  /** Ends what this node has of it. */
  forget(session: Session): void {
    if (!this.has(session)) return;
    session.ended = true;
    this.#all.delete(session.id);
    this.#warm.delete(session);
    session.standing?.detach();
    fireAndForget(() => session.link.close(CLOSED));
  }

  /** Ends every link. */
  async close(reason: CloseReason): Promise<void> {
    this.#sweeping?.cancel();
    const ended = [...this.#all.values()].map(async (session) => {
      session.standing?.detach();
      await session.link.close(reason);
    });
    this.#all.clear();
    this.#warm.clear();
    await Promise.all(ended);
  }

  /** Time does not run for a session while a connection of its client is open. */
  readonly #sweep = (): void => {
    const now = this.#clock.now();
    const [busy, idle] = [[] as Session[], [] as Session[]];
    for (const session of this.#all.values()) (session.uses > 0 ? busy : idle).push(session);
    for (const session of idle) if (session.lastUsed + this.#ttlOf(session) <= now) this.forget(session);
    void paced(busy, (session) => this.#stayAlive(session));
    const again = this.#all.size > 0;
    this.#sweeping = again ? this.#clock.schedule(this.#ttlMs / 3, this.#sweep) : undefined;
  };

  #ttlOf(session: Session): number {
    return this.#provisional.has(session) ? this.#records.provisionalTtlMs : this.#ttlMs;
  }

  async #stayAlive(session: Session): Promise<void> {
    if (!(await this.#records.touch(session))) this.forget(session);
  }
}
