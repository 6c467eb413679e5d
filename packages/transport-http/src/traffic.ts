import {
  BusyError,
  ShuttingDownError,
  systemClock,
  type Clock,
  type Link,
} from "@towpath/mcp-core/transport";
import type { HttpLimits } from "./limits.js";

const LISTEN = "subscriptions/listen";

/** To be answered promptly, whatever else goes on (Ping, Behavior Requirements). */
const PING = "ping";
/** Pings there is room for when there is none for anything else. They take a place only where middleware takes time. */
const PINGS_PAST_LIMIT = 16;

/** What is being served at the moment, and how much of it there may be. */
export class Traffic {
  readonly #limits: HttpLimits;
  readonly #clock: Clock;
  /** The links with something in flight, and how much. */
  readonly #links = new Map<Link, number>();
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

  /** @throws BusyError when there is no room for another request of this method; ShuttingDownError in a drain */
  admit(method: string | undefined): void {
    if (this.draining) throw new ShuttingDownError();
    const { maxInFlight, maxListens } = this.#limits;
    const most = method === PING ? maxInFlight + PINGS_PAST_LIMIT : maxInFlight;
    if (method === LISTEN && this.#listens >= maxListens)
      throw new BusyError(`${String(maxListens)} subscriptions are open, the most there may be (maxListens)`);
    if (method !== LISTEN && this.#inFlight >= most)
      throw new BusyError(
        `${String(maxInFlight)} requests are in flight, the most there may be (maxInFlight); this one was not begun`,
      );
  }

  /** Something takes its time on this link. Returns what is to be called at its end. */
  begin(link: Link, method: string | undefined): () => void {
    this.#count(link, method, 1);
    return () => {
      this.#count(link, method, -1);
      if (this.#links.size === 0) this.#whenIdle?.();
    };
  }

  /** Begins nothing new, and asks what lasts to end. */
  drain(): void {
    this.#phase = "draining";
    for (const link of this.#links.keys()) link.drain();
  }

  /** Settles when nothing is in flight any more, or after `timeoutMs`. */
  idle(timeoutMs: number): Promise<void> {
    if (this.#links.size === 0 || timeoutMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.schedule(timeoutMs, resolve, { keepAlive: true });
      this.#whenIdle = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** Ends whatever is still in flight. Settles when its handlers have ended. */
  async cutOff(): Promise<void> {
    this.#phase = "cut off";
    await Promise.all([...this.#links.keys()].map(async (link) => link.close({ kind: "closed" })));
  }

  #count(link: Link, method: string | undefined, by: 1 | -1): void {
    if (method === LISTEN) this.#listens += by;
    else this.#inFlight += by;
    const count = (this.#links.get(link) ?? 0) + by;
    if (count === 0) this.#links.delete(link);
    else this.#links.set(link, count);
  }
}
