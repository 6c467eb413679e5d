import { Quota } from "./quota.js";

export interface QuotasOptions {
  readonly requests: number;
  /** Callers that are remembered at a time. */
  readonly maxCallers: number;
}

/** How many are forgotten, at most, for each that comes: more go than come. */
const FORGOTTEN_AT_ONCE = 2;

/**
 * The quotas of all callers. Where there are too many, those that began first are forgotten. What all nodes count
 * stands in the state still, so that this costs no more than another lease; alone, a caller that was forgotten begins
 * anew, which takes `maxCallers` others within one window.
 */
export class Quotas {
  readonly #options: QuotasOptions;
  readonly #shared: boolean;
  /** In the order in which they began, so that those of past windows come first. */
  readonly #quotas = new Map<string, Quota>();

  /** @param shared whether what they hold has to be leased */
  constructor(options: QuotasOptions, shared: boolean) {
    this.#options = options;
    this.#shared = shared;
  }

  get size(): number {
    return this.#quotas.size;
  }

  of(caller: string, window: number): Quota {
    const known = this.#quotas.get(caller);
    return known?.window === window ? known : this.#begin(caller, window, known);
  }

  #begin(caller: string, window: number, past: Quota | undefined): Quota {
    const { requests } = this.#options;
    const size = past?.window === window - 1 ? past.nextSize : 1;
    const quota = this.#shared
      ? new Quota(caller, window, requests, size)
      : Quota.whole(caller, window, requests);
    this.#quotas.delete(caller);
    this.#quotas.set(caller, quota);
    this.#forget(window);
    return quota;
  }

  #forget(now: number): void {
    let forgotten = 0;
    for (const [caller, { window }] of this.#quotas) {
      // Size of the last window still tells how much to begin this one with.
      const isPast = Math.abs(window - now) > 1;
      if (forgotten === FORGOTTEN_AT_ONCE || !(isPast || this.#quotas.size > this.#options.maxCallers))
        return;
      this.#quotas.delete(caller);
      forgotten += 1;
    }
  }
}
