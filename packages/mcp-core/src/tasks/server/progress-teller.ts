import type { Clock, Scheduled } from "../../protocol/clock.js";
import type { Progress } from "./record.js";

/** How often progress is told at most, in ms. */
const PAUSE_MS = 100;

/** Tells of progress one at a time and not too often: of several that wait, the newest alone. */
export class ProgressTeller {
  readonly #clock: Clock;
  readonly #tell: (progress: Progress) => Promise<void>;
  #waiting: Progress | undefined;
  #busy = false;
  #stopped = false;
  #toldAt = -PAUSE_MS;
  #pause: Scheduled | undefined;

  /** @param tell never rejects */
  constructor(clock: Clock, tell: (progress: Progress) => Promise<void>) {
    this.#clock = clock;
    this.#tell = tell;
  }

  take(progress: Progress): void {
    if (this.#stopped) return;
    this.#waiting = progress;
    this.#next();
  }

  /** Tells of nothing any more. Gives what was not told. */
  stop(): Progress | undefined {
    this.#stopped = true;
    const left = this.#waiting;
    this.#waiting = undefined;
    this.#pause?.cancel();
    return left;
  }

  #next(): void {
    if (this.#busy || this.#waiting === undefined) return;
    this.#busy = true;
    const waitMs = this.#toldAt + PAUSE_MS - this.#clock.now();
    if (waitMs > 0) this.#pause = this.#clock.schedule(waitMs, () => void this.#tellNow());
    else void this.#tellNow();
  }

  async #tellNow(): Promise<void> {
    const progress = this.#waiting;
    this.#waiting = undefined;
    this.#toldAt = this.#clock.now();
    if (progress !== undefined) await this.#tell(progress);
    this.#busy = false;
    this.#next();
  }
}
