import type { CallLimits } from "./call.js";

/** What each piece of a body costs besides its bytes: they may come one by one. */
export const PIECE_BYTES = 128;

/** How much of all bodies that are being read is here already. Whoever adds to it takes the same away at the end. */
export class BodyBudget {
  /** Bytes. */
  used = 0;
  readonly #max: number;

  constructor(maxTotalBodyBytes: number) {
    this.#max = maxTotalBodyBytes;
  }

  get exceeded(): boolean {
    return this.used > this.#max;
  }
}

const budgets = new WeakMap<CallLimits, BodyBudget>();

/** The one budget of all calls with the same limits. */
export function budgetOf(limits: CallLimits): BodyBudget {
  let found = budgets.get(limits);
  if (found === undefined) {
    found = new BodyBudget(limits.maxTotalBodyBytes);
    budgets.set(limits, found);
  }
  return found;
}
