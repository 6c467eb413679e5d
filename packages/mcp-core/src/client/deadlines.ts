import { Bag, type Held } from "../protocol/bag.js";
import type { Clock, Scheduled } from "../protocol/clock.js";

/** Something that ends by itself at `dueAt`, in the clock's milliseconds, unless it ends before. */
export interface Expiring extends Held {
  readonly dueAt: number;
  expire(): void;
}

/**
 * Watches over many deadlines with one timer. The timer may fire early, when the call it was set for has
 * long ended; it then looks for the next one, so that starting and ending a call costs no timer. It keeps
 * the process alive only while something is watched.
 */
export class Deadlines<T extends Expiring> {
  readonly #clock: Clock;
  readonly #watched = new Bag<T>();
  #timer: Scheduled | undefined;
  #timerAt = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is watched now. */
  get watched(): readonly T[] {
    return this.#watched.all;
  }

  watch(expiring: T): void {
    this.#watched.add(expiring);
    if (expiring.dueAt < this.#timerAt) this.#arm(expiring.dueAt);
    else if (this.#watched.size === 1) this.#timer?.keepAlive(true);
  }

  forget(expiring: T): void {
    if (this.#watched.delete(expiring) && this.#watched.size === 0) this.#timer?.keepAlive(false);
  }

  close(): void {
    this.#timer?.cancel();
    this.#watched.clear();
  }

  #arm(at: number): void {
    this.#timer?.cancel();
    this.#timerAt = at;
    const check = (): void => {
      this.#check();
    };
    this.#timer = this.#clock.schedule(at - this.#clock.now(), check, { keepAlive: true });
  }

  #check(): void {
    this.#timer = undefined;
    this.#timerAt = Infinity;
    const now = this.#clock.now();
    let next = Infinity;
    for (const expiring of this.#watched.all) {
      if (expiring.dueAt > now) next = Math.min(next, expiring.dueAt);
      else {
        this.#watched.delete(expiring);
        expiring.expire();
      }
    }
    if (next < this.#timerAt) this.#arm(next);
  }
}
