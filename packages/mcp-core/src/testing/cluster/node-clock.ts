import type { Clock, Scheduled, ScheduleOptions } from "../../protocol/clock.js";

/** A clock as one node has it: when the node ends, whatever it had scheduled never runs. */
export class NodeClock implements Clock {
  readonly #clock: Clock;
  readonly #scheduled = new Set<Scheduled>();
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  schedule(delayMs: number, task: () => void, options?: ScheduleOptions): Scheduled {
    const entry = this.#clock.schedule(
      delayMs,
      () => {
        this.#scheduled.delete(entry);
        task();
      },
      options,
    );
    this.#scheduled.add(entry);
    const scheduled: Scheduled = {
      cancel: () => {
        this.#scheduled.delete(entry);
        entry.cancel();
      },
      keepAlive: (on) => {
        entry.keepAlive(on);
      },
    };
    if (this.#stopped) scheduled.cancel();
    return scheduled;
  }

  stop(): void {
    this.#stopped = true;
    for (const entry of this.#scheduled) entry.cancel();
    this.#scheduled.clear();
  }
}
