import type { Followed } from "./followed.js";

// So many logs are looked at at a time, and not more often than this.
const AT_ONCE = 256;
const GRAIN_MS = 100;

// Longer delays overflow a 32-bit integer and would fire at once.
const LONGEST_MS = 2 ** 31 - 1;

/** Looks at each followed log when that is due, with one timer for all. */
export class Lookouts {
  readonly #all: ReadonlyMap<string, Followed>;
  readonly #ready: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Infinity;
  #looking = false;
  #stopped = false;

  /** While `ready` says no, looking is put off. */
  constructor(all: ReadonlyMap<string, Followed>, ready: () => boolean) {
    this.#all = all;
    this.#ready = ready;
  }

  /** A log's `dueAt` was set. */
  watch({ dueAt }: Followed): void {
    if (dueAt < this.#timerDue && !this.#looking) this.#arm(dueAt);
  }

  /** Looks at all of them in `ms`. */
  all(ms = 0): void {
    for (const followed of this.#all.values()) followed.doubt(ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped = true;
  }

  #arm(dueAt: number): void {
    clearTimeout(this.#timer);
    this.#timerDue = dueAt;
    if (dueAt === Infinity || this.#stopped) return;
    const delay = Math.min(Math.max(dueAt - performance.now(), 0), LONGEST_MS);
    this.#timer = setTimeout(() => void this.#look(), delay).unref();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    const now = performance.now();
    const due = this.#ready() ? [...this.#all.values()].filter(({ dueAt }) => dueAt <= now) : [];
    for (let i = 0; i < due.length; i += AT_ONCE) {
      await Promise.all(due.slice(i, i + AT_ONCE).map((followed) => followed.refresh()));
    }
    this.#looking = false;
    let next = Infinity;
    for (const { dueAt } of this.#all.values()) if (dueAt < next) next = dueAt;
    this.#arm(Math.max(next, performance.now() + GRAIN_MS));
  }
}
