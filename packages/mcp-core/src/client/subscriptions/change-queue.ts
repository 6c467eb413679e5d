import type { Change } from "./types.js";

/** Different changes that may wait; more are taken together as "everything changed". */
export const MAX_WAITING_CHANGES = 1024;

/** Changes that were not taken yet, each once: it only says to read anew. */
export class ChangeQueue {
  readonly #everything: () => readonly Change[];
  readonly #waiting = new Map<string, Change>();
  readonly #sleeping: (() => void)[] = [];
  #ended = false;

  /** @param everything one change for each that could come, to stand for more than can wait */
  constructor(everything: () => readonly Change[]) {
    this.#everything = everything;
  }

  add(change: Change): void {
    if (this.#ended) return;
    if (this.#waiting.size >= MAX_WAITING_CHANGES && !this.#waiting.has(keyOf(change))) {
      this.#waiting.clear();
      for (const each of this.#everything()) this.#waiting.set(keyOf(each), each);
    }
    this.#waiting.set(keyOf(change), change);
    this.#wake();
  }

  /** There will be no more. What waits can still be taken, unless it is dropped. */
  end({ drop }: { readonly drop: boolean }): void {
    this.#ended = true;
    if (drop) this.#waiting.clear();
    this.#wake();
  }

  /** The next change, as soon as there is one; `undefined` at the end. */
  async next(): Promise<Change | undefined> {
    for (;;) {
      const [first] = this.#waiting;
      if (first !== undefined) {
        this.#waiting.delete(first[0]);
        return first[1];
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => this.#sleeping.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#sleeping.splice(0)) wake();
  }
}

function keyOf({ method, params }: Change): string {
  const { _meta, ...about } = params;
  try {
    return JSON.stringify([method, about]);
  } catch {
    // It is nested too deep to be written, as only a server that means no good sends it.
    return JSON.stringify([method, typeof about["uri"] === "string" ? about["uri"] : ""]);
  }
}
