import type { Seen } from "./seen.js";
import type { TaskRun } from "./task-run.js";

/** Tasks that nobody waits for, and that are told nevertheless. */
export const MAX_TOLD = 1_000;
/** Looked at, for room for one more. */
const LOOKED_AT = 8;

/** Tasks that are told what notifications say of them: those that are waited for, and the latest of the others. */
export class ToldTasks {
  /** With what is to be done when they are told no more; the longest untouched first. */
  readonly #runs = new Map<TaskRun, () => void>();
  readonly #byId = new Map<string, Set<TaskRun>>();

  /** @param forgotten called when it is told no more */
  add(run: TaskRun, forgotten: () => void = () => undefined): void {
    if (this.#runs.size >= MAX_TOLD) this.#forgetOne();
    this.#runs.set(run, forgotten);
    const same = this.#byId.get(run.id) ?? new Set();
    this.#byId.set(run.id, same.add(run));
  }

  /** One with this id, if there is any. */
  find(id: string): TaskRun | undefined {
    for (const run of this.#byId.get(id) ?? []) return run;
    return undefined;
  }

  /** @param read of what is told; called where there is one to tell */
  tell(id: unknown, read: () => Seen | undefined): void {
    const runs = typeof id === "string" ? this.#byId.get(id) : undefined;
    const seen = runs && read();
    if (runs === undefined || seen === undefined) return;
    for (const run of [...runs]) {
      run.tell(seen);
      if (run.isOver) this.forget(run);
    }
  }

  forget(run: TaskRun): void {
    const same = this.#byId.get(run.id);
    if (same?.delete(run) === true && same.size === 0) this.#byId.delete(run.id);
    const forgotten = this.#runs.get(run);
    this.#runs.delete(run);
    forgotten?.();
  }

  #forgetOne(): void {
    for (const [run, forgotten] of firstOf(this.#runs, LOOKED_AT)) {
      if (!run.isWanted) {
        this.forget(run);
        return;
      }
      this.#runs.delete(run);
      this.#runs.set(run, forgotten);
    }
  }
}

function firstOf<T>(items: Iterable<T>, most: number): readonly T[] {
  const first: T[] = [];
  for (const item of items) if (first.push(item) >= most) break;
  return first;
}
