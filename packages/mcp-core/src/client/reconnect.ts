import type { ReconnectBudget } from "../contract/index.js";
import { ProtocolError } from "../jsonrpc/errors.js";
import type { Clock } from "../protocol/clock.js";
import { unlessAborted } from "./abort.js";
import { deferred } from "./deferred.js";
import { InvalidResultError, NoCommonRevisionError } from "./errors.js";

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

  /** Whether a connection is opened again before anybody needs it. */
  get isEager(): boolean {
    return this.#budget?.eager === true;
  }

  /**
   * Waits for the next attempt after some that failed.
   * @param failures how many, in a row
   * @throws the failure when there is to be no other attempt; the signal's reason
   */
  async pause(failure: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const { delayMs, maxDelayMs = delayMs, mayPass } = this.#budget ?? {};
    if (delayMs === undefined || maxDelayMs === undefined) throw failure;
    if (isRefusal(failure) || mayPass?.(failure) === false || !this.spend()) throw failure;
    const longest = Math.min(delayMs * 2 ** (failures - 1), maxDelayMs);
    // Clients that were lost together must not all come back together.
    const ms = longest * (0.5 + Math.random() / 2);
    const { promise, resolve } = deferred();
    const timer = this.#clock.schedule(ms, resolve, { keepAlive: true });
    await unlessAborted(promise, signal).finally(() => {
      timer.cancel();
    });
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
