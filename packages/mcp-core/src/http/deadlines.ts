import type { Clock } from "../protocol/clock.js";

/** Something that must be over in time. */
export interface Timed {
  /** Where it stands among what is watched; for `Deadlines` alone. */
  place: Place | undefined;
  /** It was not over in time, and is no longer watched. */
  overdue(): void;
}

/** One of a ring, in the order in which they fall due. */
export interface Place {
  readonly item: Timed | undefined;
  readonly due: number;
  before: Place;
  after: Place;
}

/**
 * Watches over many things that may each take the same time. One timer serves all of them, as a timer for every
 * request would cost more than what it watches; it runs out by itself when nothing is left. They stand in a ring,
 * because what comes and goes in a `Map` stays in memory with its discarded tables.
 */
export class Deadlines {
  readonly #ms: number;
  readonly #clock: Clock;
  readonly #ring: Place;
  #armed = false;

  /** @param ms how long each may take; `Infinity`: for ever */
  constructor(ms: number, clock: Clock) {
    this.#ms = ms;
    this.#clock = clock;
    const ring: Partial<Place> = { item: undefined, due: Infinity };
    ring.before = ring.after = ring as Place; // it is whole from here on
    this.#ring = ring as Place;
  }

  /** To be called for what is not watched yet. */
  add(item: Timed): void {
    if (this.#ms === Infinity) return;
    const last = this.#ring.before;
    const place: Place = { item, due: this.#clock.now() + this.#ms, before: last, after: this.#ring };
    last.after = place;
    this.#ring.before = place;
    item.place = place;
    if (!this.#armed) this.#arm(this.#ms);
  }

  delete(item: Timed): void {
    const { place } = item;
    if (place === undefined) return;
    place.before.after = place.after;
    place.after.before = place.before;
    // What is no longer watched must not keep what was watched beside it in memory.
    place.before = place.after = place;
    item.place = undefined;
  }

  #arm(ms: number): void {
    this.#armed = true;
    this.#clock.schedule(ms, () => this.#check());
  }

  #check(): void {
    const now = this.#clock.now();
    for (let { item, due } = this.#ring.after; item !== undefined; { item, due } = this.#ring.after) {
      if (due > now) {
        this.#arm(due - now);
        return;
      }
      this.delete(item);
      item.overdue();
    }
    this.#armed = false;
  }
}
