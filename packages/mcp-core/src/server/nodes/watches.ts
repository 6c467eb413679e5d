import type { Clock, Scheduled } from "../../protocol/clock.js";

/** How often it is asked after the nodes that are watched, in ms. */
const ASK_MS = 2_000;

/**
 * How long a node has to be missing, in ms, with the state there all the time: after an outage of the state a node
 * needs a moment to be back.
 */
const MISSING_MS = 6_000;

interface Watched {
  readonly gone: Set<() => void>;
  missingSince: number | undefined;
}

/** The nodes that somebody waits for to be gone: asked after once for all who wait. */
export class Watches {
  readonly #clock: Clock;
  readonly #isThere: (node: string) => Promise<boolean>;
  readonly #watched = new Map<string, Watched>();
  #next: Scheduled | undefined;
  #closed = false;

  constructor(clock: Clock, isThere: (node: string) => Promise<boolean>) {
    this.#clock = clock;
    this.#isThere = isThere;
  }

  add(node: string, gone: () => void): () => void {
    const watched = this.#watched.get(node) ?? { gone: new Set(), missingSince: undefined };
    // An object of its own, so that one function may watch twice.
    const call = (): void => gone();
    watched.gone.add(call);
    if (this.#closed) return () => undefined;
    if (!this.#watched.has(node)) {
      this.#watched.set(node, watched);
      void this.#ask(node, watched);
    }
    this.#next ??= this.#clock.schedule(ASK_MS, this.#round);
    return () => {
      watched.gone.delete(call);
      if (watched.gone.size === 0 && this.#watched.get(node) === watched) this.#watched.delete(node);
    };
  }

  close(): void {
    this.#closed = true;
    this.#next?.cancel();
    this.#watched.clear();
  }

  readonly #round = (): void => {
    this.#next = this.#watched.size === 0 ? undefined : this.#clock.schedule(ASK_MS, this.#round);
    for (const [node, watched] of this.#watched) void this.#ask(node, watched);
  };

  async #ask(node: string, watched: Watched): Promise<void> {
    const there = await this.#isThere(node).catch(() => undefined);
    if (this.#watched.get(node) !== watched) return;
    if (there !== false) {
      watched.missingSince = undefined;
      return;
    }
    watched.missingSince ??= this.#clock.now();
    if (this.#clock.now() - watched.missingSince < MISSING_MS) return;
    this.#watched.delete(node);
    for (const gone of watched.gone) gone();
  }
}
