/** A value that is looked at as it changes. */
export class Value<T> {
  #current: T;
  readonly #watchers = new Set<(value: T) => void>();

  constructor(first: T) {
    this.#current = first;
  }

  get current(): T {
    return this.#current;
  }

  set(value: T): void {
    this.#current = value;
    for (const watcher of this.#watchers) watcher(value);
  }

  /** Tells what it is now, and of every change. */
  watch(watcher: (value: T) => void): void {
    this.#watchers.add(watcher);
    watcher(this.#current);
  }
}
