import { ManualClock } from "@towpath/mcp-core/testing";
import type { Scheduled } from "@towpath/mcp-core/transport";

/** A clock that stands still, and tells what is waited for. */
export class WatchedClock extends ManualClock {
  /** All delays so far, in the order in which they were asked for. */
  readonly delays: number[] = [];
  #passed = 0;
  #waiting: (() => void) | undefined;

  override schedule(delayMs: number, task: () => void): Scheduled {
    const scheduled = super.schedule(delayMs, task);
    this.delays.push(delayMs);
    this.#waiting?.();
    return scheduled;
  }

  /** Lets this time pass as soon as something waits for just that, which was not passed before. */
  async pass(delayMs: number): Promise<void> {
    for (;;) {
      const found = this.delays.indexOf(delayMs, this.#passed);
      if (found !== -1) {
        this.#passed = found + 1;
        this.advance(delayMs);
        return;
      }
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }
}
