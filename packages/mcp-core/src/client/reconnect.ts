import type { ReconnectBudget } from "../contract/index.js";
import type { Clock } from "../protocol/clock.js";

/** Says whether a connection that was lost may be opened once more. */
export class ReconnectPolicy {
  readonly #budget: ReconnectBudget | undefined;
  readonly #clock: Clock;
  #spentAt: number[] = [];

  constructor(budget: ReconnectBudget | undefined, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
  }

  /** Takes one attempt from the budget, if there is one left. */
  spend(): boolean {
    if (this.#budget === undefined) return false;
    const now = this.#clock.now();
    const { attempts, windowMs } = this.#budget;
    this.#spentAt = this.#spentAt.filter((at) => now - at < windowMs);
    if (this.#spentAt.length >= attempts) return false;
    this.#spentAt.push(now);
    return true;
  }
}
