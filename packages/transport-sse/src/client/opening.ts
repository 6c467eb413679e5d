import type { Clock, Scheduled } from "@towpath/mcp-core/transport";

/** The wait for the server to say where to post messages. */
export class Opening {
  /** Settles as soon as it has; rejects with the reason when it never will. */
  readonly done: Promise<void>;
  readonly #timer: Scheduled;
  #resolve: () => void = () => undefined;
  #reject: (reason: Error) => void = () => undefined;

  /** @param late called with the reason when it takes too long */
  constructor(clock: Clock, timeoutMs: number, late: (reason: Error) => void) {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const text = `it has not said within ${String(timeoutMs)} ms where to post messages (endpointTimeoutMs)`;
    this.#timer = clock.schedule(timeoutMs, () => late(new Error(text)), { keepAlive: true });
  }

  succeed(): void {
    this.#timer.cancel();
    this.#resolve();
  }

  /** Does nothing once it has succeeded. */
  fail(reason: Error): void {
    this.#timer.cancel();
    this.#reject(reason);
  }
}
