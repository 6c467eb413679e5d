import type { Clock, Scheduled } from "../../protocol/clock.js";

/** Something with an end. The three numbers belong to `Expiry`; `Infinity` is no end. */
export abstract class Perishable {
  /** Place in the heap, -1 when not in it. */
  slot = -1;
  /** Its time in the heap, which may be earlier than `expiresAt`. */
  due = Infinity;
  expiresAt = Infinity;

  /** Called once `expiresAt` has come, with nothing watched any more. */
  abstract lapse(now: number): void;
}

// The timer only frees memory; whoever looks at an item sweeps first. So it need not be exact.
const GRAIN_MS = 250;

/**
 * A heap of due times with one timer at most. Extending an item's life costs nothing: its old time
 * stays in the heap, and the item is put back when that has come.
 */
export class Expiry {
  readonly #clock: Clock;
  readonly #heap: Perishable[] = [];
  #timer: Scheduled | undefined;
  #timerDue = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many items are held. */
  get size(): number {
    return this.#heap.length;
  }

  /** Sets or changes the time at which `item` lapses. */
  watch(item: Perishable, at: number): void {
    item.expiresAt = at;
    if (at === Infinity || (item.slot >= 0 && item.due <= at)) return;
    item.due = at;
    this.#rise(item, item.slot < 0 ? this.#heap.length : item.slot);
    this.#arm();
  }

  forget(item: Perishable): void {
    const { slot } = item;
    if (slot < 0) return;
    item.slot = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === item) return;
    this.#sink(last, slot);
    this.#rise(last, last.slot);
  }

  /** Lapses what is due and gives the time. */
  sweep(): number {
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first !== undefined && first.due <= now; first = this.#heap[0]) {
      this.forget(first);
      if (first.expiresAt <= now) first.lapse(now);
      else this.watch(first, first.expiresAt);
    }
    return now;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#heap.length = 0;
  }

  #arm(): void {
    const due = Math.ceil((this.#heap[0]?.due ?? Infinity) / GRAIN_MS) * GRAIN_MS;
    if (due >= this.#timerDue) return;
    this.#timer?.cancel();
    this.#timerDue = due;
    this.#timer = this.#clock.schedule(due - this.#clock.now(), () => {
      this.#timerDue = Infinity;
      this.sweep();
      this.#arm();
    });
  }

  #rise(item: Perishable, from: number): void {
    let slot = from;
    while (slot > 0) {
      const up = (slot - 1) >> 1;
      const parent = this.#heap[up];
      if (parent === undefined || parent.due <= item.due) break;
      this.#put(parent, slot);
      slot = up;
    }
    this.#put(item, slot);
  }

  #sink(item: Perishable, from: number): void {
    let slot = from;
    for (;;) {
      let down = 2 * slot + 1;
      let child = this.#heap[down];
      const right = this.#heap[down + 1];
      if (child !== undefined && right !== undefined && right.due < child.due) {
        child = right;
        down++;
      }
      if (child === undefined || child.due >= item.due) break;
      this.#put(child, slot);
      slot = down;
    }
    this.#put(item, slot);
  }

  #put(item: Perishable, slot: number): void {
    this.#heap[slot] = item;
    item.slot = slot;
  }
}
