import type { ReconnectBudget } from "../contract/index.js";
import { ProtocolError } from "../jsonrpc/errors.js";
import type { Clock } from "../protocol/clock.js";
import { InvalidResultError, NoCommonRevisionError } from "../protocol/client-errors.js";
import { pause } from "../protocol/pause.js";

/** Says whether a connection that was lost may be opened once more. */
export class ReconnectPolicy {
  readonly #budget: ReconnectBudget | undefined;
  readonly #clock: Clock;
  #spentAt: number[] = [];
  /** Attempts in a row that failed. */
  #failures = 0;
  #triedAt = -Infinity;

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

  /** Takes one past the budget, where there are pauses and the longest is over: the server may be back by now. */
  spendAnother(): boolean {
    const now = this.#clock.now();
    if (!this.#hasPauses || now - this.#triedAt < this.#longestMs) return false;
    this.#spentAt.push(now);
    return true;
  }

  /** Whether a connection is opened again before anybody needs it. */
  get isEager(): boolean {
    return this.#budget?.eager === true;
  }

  /** A connection has ended after so long. One that did not last counts like an attempt that failed. */
  lasted(ms: number): void {
    this.#failures = ms >= this.#longestMs ? 0 : this.#failures + 1;
  }

  /** An attempt has failed. Says whether another one may be made. */
  failed(failure: unknown): boolean {
    this.#failures += 1;
    return this.#hasPauses && !isRefusal(failure) && this.#budget?.mayPass?.(failure) !== false;
  }

  /**
   * Waits before the next attempt, if others failed.
   * @throws the signal's reason
   */
  async pause(signal: AbortSignal): Promise<void> {
    if (this.#failures > 0 && this.#hasPauses) await this.#pass(signal);
    this.#triedAt = this.#clock.now();
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const { delayMs = 0 } = this.#budget ?? {};
    const longest = Math.min(delayMs * 2 ** (this.#failures - 1), this.#longestMs);
    // Clients that were lost together must not all come back together.
    const ms = longest * (0.5 + Math.random() / 2);
    await pause(this.#clock, ms, signal);
  }

  get #hasPauses(): boolean {
    return this.#budget?.delayMs !== undefined;
  }

  /** Infinite where there are no pauses. */
  get #longestMs(): number {
    const { delayMs = Infinity, maxDelayMs = delayMs } = this.#budget ?? {};
    return maxDelayMs;
  }
}

/** The server is there, and nothing would be different the next time. */
function isRefusal(failure: unknown): boolean {
  return (
    failure instanceof ProtocolError ||
    failure instanceof NoCommonRevisionError ||
    failure instanceof InvalidResultError
  );
}
