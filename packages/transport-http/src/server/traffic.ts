import {
  BusyError,
  LISTEN,
  PING,
  PINGS_PAST_LIMIT,
  ShuttingDownError,
  systemClock,
  type Clock,
  type Link,
} from "@towpath/mcp-core/transport";
import type { HttpLimits } from "./limits.js";

/** What is being served at the moment, and how much of it there may be. */
export class Traffic {
  readonly #limits: HttpLimits;
  readonly #clock: Clock;
  /** The links on which answers are owed, and how many. */
  readonly #owed = new Map<Link, number>();
  /** Requests something still works on, also when nobody waits for it any more. */
  #inFlight = 0;
  #listens = 0;
  #whenIdle: (() => void) | undefined;
  #phase: "open" | "draining" | "cut off" = "open";

  constructor(limits: HttpLimits, clock: Clock = systemClock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Nothing new is begun any more. */
  get draining(): boolean {
    return this.#phase !== "open";
  }

  /** What ended without a reply has been ended from here. */
  get isCutOff(): boolean {
    return this.#phase === "cut off";
  }

  /**
   * @param count how many requests come at once
   * @throws BusyError when there is no room for them; ShuttingDownError in a drain
   */
  admit(method: string | undefined, count: number): void {
    if (this.draining) throw new ShuttingDownError();
    const { maxInFlight, maxListens } = this.#limits;
    const most = method === PING ? maxInFlight + PINGS_PAST_LIMIT : maxInFlight;
    if (method === LISTEN && this.#listens >= maxListens)
      throw new BusyError(`${String(maxListens)} subscriptions are open, the most there may be (maxListens)`);
    if (method !== LISTEN && this.#inFlight + count > most)
      throw new BusyError(
        `${String(maxInFlight)} requests are in flight, the most there may be (maxInFlight); this one was not begun`,
      );
  }

  /** A request takes its time. Returns what is to be called when nothing works on it any more. */
  occupy(method: string): () => void {
    this.#count(method, 1);
    return () => this.#count(method, -1);
  }

  /** An answer is owed on this link. Returns what is to be called when it was given. */
  owe(link: Link): () => void {
    this.#owed.set(link, (this.#owed.get(link) ?? 0) + 1);
    return () => {
      const left = (this.#owed.get(link) ?? 0) - 1;
      if (left > 0) this.#owed.set(link, left);
      else this.#owed.delete(link);
      if (this.#owed.size === 0) this.#whenIdle?.();
    };
  }

  /** Begins nothing new, and asks what lasts to end. */
  drain(): void {
    this.#phase = "draining";
    for (const link of this.#owed.keys()) link.drain();
  }

  /** Settles when no answer is owed any more, or after `timeoutMs`. */
  idle(timeoutMs: number): Promise<void> {
    if (this.#owed.size === 0 || timeoutMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.schedule(timeoutMs, resolve, { keepAlive: true });
      this.#whenIdle = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** Ends whatever an answer is still owed to. Settles when its handlers have ended. */
  async cutOff(): Promise<void> {
    this.#phase = "cut off";
    await Promise.all([...this.#owed.keys()].map(async (link) => link.close({ kind: "closed" })));
  }

  #count(method: string, by: 1 | -1): void {
    if (method === LISTEN) this.#listens += by;
    else this.#inFlight += by;
  }
}
