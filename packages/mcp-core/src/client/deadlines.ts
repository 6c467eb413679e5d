import type { Clock, Scheduled } from "../protocol/clock.js";

/** Something that ends by itself at `dueAt`, in the clock's milliseconds, unless it ends before. */
export interface Expiring {
  readonly dueAt: number;
  expire(): void;
}

/**
 * Watches over many deadlines with one timer. The timer may fire early, when the call it was set for has
 * long ended; it then looks for the next one, so that starting and ending a call costs no timer.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #watched = new Set<Expiring>();
  #timer: Scheduled | undefined;
  #timerAt = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  watch(expiring: Expiring): void {
    if (expiring.dueAt === Infinity) return;
    this.#watched.add(expiring);
    if (expiring.dueAt < this.#timerAt) this.#arm(expiring.dueAt);
  }

  forget(expiring: Expiring): void {
    this.#watched.delete(expiring);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timerAt = Infinity;
    this.#watched.clear();
  }

  #arm(at: number): void {
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.schedule(at - this.#clock.now(), () => {
      this.#check();
    });
  }

  #check(): void {
    this.#timerAt = Infinity;
    const now = this.#clock.now();
    let next = Infinity;
    for (const expiring of this.#watched) {
      if (expiring.dueAt > now) next = Math.min(next, expiring.dueAt);
      else {
        this.#watched.delete(expiring);
        expiring.expire();
      }
    }
    if (next < this.#timerAt) this.#arm(next);
  }
}
