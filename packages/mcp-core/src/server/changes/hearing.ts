import type { Change, Changes, Interests } from "./changes.js";

/** Changes that are kept for a hearer who is not ready; with more, it is told that it may have missed some. */
const MAX_KEPT = 1_024;

const NOTHING: readonly string[] = [];

/** Takes what is heard. */
export interface Hearer extends Required<Interests> {
  readonly heard: (change: Change) => void;
}

/** Hears changes from when it is made on, for a hearer who is still getting ready. */
export class Hearing {
  readonly stop: () => void;
  #kept: Change[] = [];
  #hasMissed = false;
  #hearer: Hearer | undefined;

  constructor(changes: Changes) {
    this.stop = changes.hear((change) => this.#heard(change), {
      watched: () => this.#hearer?.watched?.() ?? NOTHING,
      missed: () => this.#missed(),
    });
  }

  /** The hearer is ready: it is told what was heard meanwhile, and from now on. */
  begin(hearer: Hearer): void {
    this.#hearer = hearer;
    for (const change of this.#kept) hearer.heard(change);
    this.#kept = [];
    if (this.#hasMissed) this.#missed();
  }

  #heard(change: Change): void {
    if (this.#hearer !== undefined) this.#hearer.heard(change);
    else if (this.#kept.length < MAX_KEPT) this.#kept.push(change);
    else this.#hasMissed = true;
  }

  #missed(): void {
    if (this.#hearer === undefined) this.#hasMissed = true;
    else this.#hearer.missed?.();
  }
}
