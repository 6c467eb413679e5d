interface Sized<V> {
  readonly value: V;
  readonly size: number;
}

/** A map with at most so many entries of at most so much size in all; what was used least lately goes first. */
export class BoundedMap<V> {
  readonly #maxEntries: number;
  readonly #maxSize: number;
  readonly #entries = new Map<string, Sized<V>>();
  #size = 0;

  /** @throws RangeError when a bound is not a number of at least 0 */
  constructor(maxEntries: number, maxSize: number) {
    this.#maxEntries = checkBound("maxEntries", maxEntries);
    this.#maxSize = checkBound("maxBytes", maxSize);
  }

  /** The size of everything that is kept. */
  get size(): number {
    return this.#size;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Counts as a use. */
  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Something larger than the bound is not kept, nor is what it would have replaced. */
  set(key: string, value: V, size: number): void {
    this.delete(key);
    if (size > this.#maxSize) return;
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#size <= this.#maxSize) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }

  deleteWhere(matches: (value: V) => boolean): void {
    for (const [key, { value }] of this.#entries) if (matches(value)) this.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#size = 0;
  }
}

function checkBound(name: string, value: number): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new RangeError(`${name} must be a number of at least 0, or Infinity, not ${String(value)}`);
}
