import { deferred } from "../../protocol/deferred.js";
import type { TaskSnapshot } from "./types.js";

/** Snapshots that may wait for whoever iterates over them. */
export const MAX_WAITING_SNAPSHOTS = 100;

/** Snapshots on their way to one reader; the oldest give way to the newest. */
export class Snapshots {
  readonly #waiting: TaskSnapshot[] = [];
  #ending: { readonly error: unknown } | "ended" | undefined;
  #news = deferred();

  add(snapshot: TaskSnapshot): void {
    if (this.#waiting.length >= MAX_WAITING_SNAPSHOTS) this.#waiting.shift();
    this.#waiting.push(snapshot);
    this.#news.resolve();
  }

  /** There will be no more, and why, where that is not how the task ended. */
  end(ending: { readonly error: unknown } | "ended"): void {
    this.#ending ??= ending;
    this.#news.resolve();
  }

  /** The next, as soon as there is one; `undefined` at the end. */
  async next(): Promise<TaskSnapshot | undefined> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) return next;
      if (this.#ending === "ended") return undefined;
      if (this.#ending !== undefined) throw this.#ending.error;
      this.#news = deferred();
      await this.#news.promise;
    }
  }
}
