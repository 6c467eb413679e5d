import type { Clock, Scheduled } from "../protocol/clock.js";

/** The time that is left, once a server is to end, for what it accepted and no request waits for. */
export class GracePeriod {
  readonly #clock: Clock;
  readonly #over = new AbortController();
  #endsAt = Infinity;
  #timer: Scheduled | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborted when it is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get leftMs(): number {
    return this.over.aborted ? 0 : Math.max(this.#endsAt - this.#clock.now(), 0);
  }

  /** It is over after so many ms, unless it is sooner already. */
  endWithin(ms: number): void {
    const endsAt = this.#clock.now() + ms;
    if (this.over.aborted || endsAt >= this.#endsAt) return;
    this.#endsAt = endsAt;
    this.stop();
    if (ms <= 0) this.#over.abort();
    else this.#timer = this.#clock.schedule(ms, () => this.#over.abort(), { keepAlive: true });
  }

  /** Nothing needs it any more. */
  stop(): void {
    this.#timer?.cancel();
  }
}
