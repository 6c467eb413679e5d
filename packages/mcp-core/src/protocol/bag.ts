/** One of a bag, and of no other. */
export interface Held {
  /** Where it lies, for the bag alone; before it is put in, anything. */
  slot: number;
}

/**
 * Things that come and go all the time, in no order. A `Set` would keep what has left it in memory, with the
 * tables that it discards, until what is long-lived is looked through.
 */
export class Bag<T extends Held> {
  readonly #held: T[] = [];

  get size(): number {
    return this.#held.length;
  }

  /** What is in it now. */
  get all(): readonly T[] {
    return [...this.#held];
  }

  /** To be called for what is not in it yet. */
  add(item: T): void {
    item.slot = this.#held.length;
    this.#held.push(item);
  }

  /** @returns whether it was in it */
  delete(item: T): boolean {
    if (this.#held[item.slot] !== item) return false;
    const last = this.#held.pop();
    if (last === undefined || last === item) return true;
    this.#held[item.slot] = last;
    last.slot = item.slot;
    return true;
  }

  clear(): void {
    this.#held.length = 0;
  }
}
