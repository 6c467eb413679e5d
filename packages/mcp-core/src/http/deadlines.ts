import type { Clock } from "../protocol/clock.js";

/** Something that must be over in time. */
export interface Timed {
  /** It was not over in time, and is no longer watched. */
  overdue(): void;
}

/**
 * Watches over many things that may each take the same time. One timer serves all of them, as a timer for every
 * request would cost more than what it watches; it runs out by itself when nothing is left.
 */
export class Deadlines {
  readonly #ms: number;
  readonly #clock: Clock;
  // In the order in which they fall due.
  readonly #due = new Map<Timed, number>();
  #armed = false;

  /** @param ms how long each may take; `Infinity`: for ever */
  constructor(ms: number, clock: Clock) {
    this.#ms = ms;
    this.#clock = clock;
  }

  /** To be called for what is not watched yet. */
  add(item: Timed): void {
    if (this.#ms === Infinity) return;
    this.#due.set(item, this.#clock.now() + this.#ms);
    if (!this.#armed) this.#arm(this.#ms);
  }

  delete(item: Timed): void {
    this.#due.delete(item);
  }

  #arm(ms: number): void {
    this.#armed = true;
    this.#clock.schedule(ms, () => this.#check());
  }

  #check(): void {
    const now = this.#clock.now();
    for (const [item, due] of this.#due) {
      if (due > now) {
        this.#arm(due - now);
        return;
      }
      this.#due.delete(item);
      item.overdue();
    }
    this.#armed = false;
  }
}
