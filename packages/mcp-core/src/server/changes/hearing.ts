import { unwatched } from "../../protocol/promises.js";
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
  /** Settles when it hears of other nodes what is announced on its channels; rejects as the state does. */
  readonly begun: Promise<unknown>;
  #kept: Change[] = [];
  #hasMissed = false;
  #hearer: Hearer | undefined;

  /** @param channels that it hears besides what everybody does */
  constructor(changes: Changes, channels: readonly string[] = NOTHING) {
    const heard = (change: Change): void => this.#heard(change);
    const stop = changes.hear(heard, {
      watched: () => this.#hearer?.watched?.() ?? NOTHING,
      missed: () => this.#missed(),
    });
    // What is missed there is missed on all of them at once.
    const more = channels.map((channel) => changes.hearOn(channel, heard));
    this.begun = unwatched(Promise.all(more.map(({ begun }) => begun)));
    this.stop = () => {
      stop();
      for (const one of more) one.stop();
    };
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
