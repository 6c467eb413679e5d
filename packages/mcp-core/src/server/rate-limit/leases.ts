import type { Clock } from "../../protocol/clock.js";
import type { MaybePromise } from "../../protocol/promises.js";
import type { State } from "../../state/contract.js";
import { digest } from "./digest.js";
import type { Quota } from "./quota.js";

export interface LeaseOptions {
  readonly state: State;
  readonly clock: Clock;
  /** Milliseconds since the epoch, as all nodes agree on. */
  readonly now: () => number;
  readonly requests: number;
  readonly perMs: number;
  /** Told when the count of all nodes cannot be reached, once until it can be again. */
  readonly report: (error: unknown) => void;
}

/** How long a request waits for an answer of the state, in ms. */
const PATIENCE_MS = 250;
/** How long a state that did not answer is left alone, in ms. */
const PAUSE_MS = 1_000;
/** How long a count outlives its window, for nodes whose clocks are behind, in ms. */
const SLACK_MS = 10_000;

/** Takes quota from the counts that all nodes share, some requests ahead. */
export class Leases {
  readonly #options: LeaseOptions;
  /** There while this node limits alone: when to ask again. */
  #askAgainAt: number | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Whether a request is let through that is not covered by what is left. */
  take(quota: Quota): MaybePromise<boolean> {
    if (this.#isAway()) {
      this.ahead(quota);
      return quota.takeAlone();
    }
    const allowed = quota.wait();
    this.ahead(quota);
    return allowed;
  }

  /** Asks for more, unless that was done. */
  ahead(quota: Quota): void {
    if (quota.asking || !this.#mayAsk()) return;
    quota.asking = true;
    void this.#ask(quota);
  }

  /** Never rejects. What is granted late counts as well. */
  async #ask(quota: Quota): Promise<void> {
    const trip: { late: boolean } = { late: false };
    const timer = this.#options.clock.schedule(PATIENCE_MS, () => {
      trip.late = true;
      this.#lost(quota, new Error(`There was no answer within ${String(PATIENCE_MS)} ms`));
    });
    try {
      await this.#lease(quota);
      this.#askAgainAt = undefined;
    } catch (error) {
      if (!trip.late) this.#lost(quota, error);
      return;
    } finally {
      timer.cancel();
    }
    if (trip.late) return;
    quota.asking = false;
    if (!quota.isWaitedFor) return;
    if (this.#isAway()) quota.giveUp();
    else this.ahead(quota);
  }

  async #lease(quota: Quota): Promise<void> {
    const { state, now, requests, perMs } = this.#options;
    const { caller, window } = quota;
    quota.counter ??= `towpath/rate/${await digest(caller)}/${String(perMs)}/${String(window)}`;
    const wanted = quota.wanted();
    const leftMs = Math.max(0, (window + 1) * perMs - now());
    const options = { ttlMs: leftMs + SLACK_MS, max: requests };
    const { accepted, value } = await state.records.add(quota.counter, wanted, options);
    quota.learn(accepted ? wanted : 0, value);
  }

  #lost(quota: Quota, cause: unknown): void {
    quota.asking = false;
    this.#limitAlone(cause);
    quota.giveUp();
  }

  #limitAlone(cause?: unknown): void {
    const { clock, report } = this.#options;
    const known = this.#askAgainAt !== undefined;
    this.#askAgainAt = clock.now() + PAUSE_MS;
    if (known) return;
    const message =
      "The count of requests that all nodes share cannot be reached; until it can, this node limits alone";
    report(new Error(message, { cause }));
  }

  #isAway(): boolean {
    if (this.#askAgainAt === undefined && !this.#options.state.available) this.#limitAlone();
    return this.#askAgainAt !== undefined;
  }

  /** While the state is away, one question at a time finds out whether it is back. */
  #mayAsk(): boolean {
    if (!this.#isAway()) return true;
    const at = this.#options.clock.now();
    if (this.#askAgainAt === undefined || at < this.#askAgainAt) return false;
    this.#askAgainAt = at + PAUSE_MS;
    return true;
  }
}
