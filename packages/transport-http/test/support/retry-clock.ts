import { ManualClock } from "@towpath/mcp-core/testing";
import type { Scheduled } from "@towpath/mcp-core/transport";

/**
 * What the transport watches besides its retries, in ms: that a message is accepted, a connection is there,
 * a stream ends, one opens, closing.
 */
const WATCHES = [30_000, 10_000, 1_000, 500, 2_000, 120_000];

/** Differences of times are not exact. */
const isWatch = (delayMs: number): boolean => WATCHES.some((watch) => Math.abs(watch - delayMs) < 1e-6);

/** A clock that stands still, and tells which retries are waited for. */
export class RetryClock extends ManualClock {
  readonly #delays: number[] = [];
  #waiting: (() => void) | undefined;

  override schedule(delayMs: number, task: () => void): Scheduled {
    const scheduled = super.schedule(delayMs, task);
    if (!isWatch(delayMs)) {
      this.#delays.push(delayMs);
      this.#waiting?.();
    }
    return scheduled;
  }

  /** The delay of the next retry, once there is one. */
  async next(): Promise<number> {
    while (this.#delays.length === 0) await new Promise<void>((resolve) => (this.#waiting = resolve));
    return this.#delays.shift() ?? 0;
  }

  /** Waits for a retry to be scheduled, and lets its time pass. Gives the delay. */
  async pass(): Promise<number> {
    const delayMs = await this.next();
    this.advance(delayMs);
    return delayMs;
  }
}
