import { unlessAborted } from "../../protocol/abort.js";
import type { Clock } from "../../protocol/clock.js";
import { deferred } from "../../protocol/deferred.js";

/** A sleep that can be cut short. */
export class Alarm {
  readonly #clock: Clock;
  #wake: (() => void) | undefined;
  /** It rang while nobody slept. */
  #rang = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the sleep, or the next one before it has begun. */
  ring(): void {
    if (this.#wake === undefined) this.#rang = true;
    else this.#wake();
  }

  /**
   * Settles after so many ms, or when it rings.
   * @throws the signal's reason
   */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#rang) {
      const { promise, resolve } = deferred();
      this.#wake = resolve;
      const timer = this.#clock.schedule(ms, resolve, { keepAlive: true });
      await unlessAborted(promise, signal).finally(() => {
        timer.cancel();
        if (this.#wake === resolve) this.#wake = undefined;
      });
    }
    this.#rang = false;
  }
}
