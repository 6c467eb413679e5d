import { checkDelay, type Clock, type Scheduled } from "../protocol/clock.js";

interface Task {
  readonly due: number;
  readonly run: () => void;
}

/** A clock that stands still until it is advanced. */
export class ManualClock implements Clock {
  #now: number;
  readonly #tasks = new Set<Task>();

  /** `startMs` is what `now()` says first; default 0. */
  constructor(startMs = 0) {
    this.#now = startMs;
  }

  /** Tasks that are scheduled and neither ran nor were cancelled. */
  get pending(): number {
    return this.#tasks.size;
  }

  /** When the next task is due, by `now()`; `undefined` while there is none. */
  get nextDue(): number | undefined {
    return this.#next(Infinity)?.due;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, task: () => void): Scheduled {
    const entry: Task = { due: this.#now + checkDelay(delayMs), run: task };
    if (entry.due !== Infinity) this.#tasks.add(entry);
    return { cancel: () => void this.#tasks.delete(entry), keepAlive: () => undefined };
  }

  /**
   * Moves time on by `ms` and runs what falls due, by due time and then in the order of scheduling,
   * each at its own `now()`; also what these tasks schedule. Throws `RangeError` unless `ms` is finite
   * and at least 0.
   */
  advance(ms: number): void {
    if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`Cannot advance a clock by ${String(ms)} ms.`);
    const end = this.#now + ms;
    for (let task = this.#next(end); task !== undefined; task = this.#next(end)) {
      this.#tasks.delete(task);
      this.#now = Math.max(this.#now, task.due);
      task.run();
    }
    this.#now = end;
  }

  #next(end: number): Task | undefined {
    let first: Task | undefined;
    for (const task of this.#tasks) {
      if (task.due <= end && (first === undefined || task.due < first.due)) first = task;
    }
    return first;
  }
}
