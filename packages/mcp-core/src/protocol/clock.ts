/** Time as the code sees it, so that tests can own it. */
export interface Clock {
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  now(): number;
  /**
   * Runs `task` once, not before `delayMs` have passed; `Infinity` means never, less than 0 means 0.
   * Throws `RangeError` for NaN.
   */
  schedule(delayMs: number, task: () => void, options?: ScheduleOptions): Scheduled;
}

export interface ScheduleOptions {
  /** Keeps the process alive until the task has run, where the runtime knows the difference. Default: `false`. */
  readonly keepAlive?: boolean | undefined;
}

export interface Scheduled {
  /** The task will not run. Does nothing once it has run. */
  cancel(): void;
  /** Changes whether the process is kept alive for the task, where the runtime knows the difference. */
  keepAlive(on: boolean): void;
}

// Longer delays overflow a 32-bit integer in every runtime and would fire at once.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The runtime's own clock: `performance.now` and `setTimeout`, without its upper limit. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, task, options) {
    const delay = checkDelay(delayMs);
    const due = performance.now() + delay;
    if (due === Infinity) return { cancel: () => undefined, keepAlive: () => undefined };
    let timer: ReturnType<typeof setTimeout>;
    let kept = options?.keepAlive === true;
    const arm = (leftMs: number): void => {
      timer = setTimeout(fire, Math.min(Math.ceil(leftMs), LONGEST_TIMEOUT_MS));
      if (!kept) hold(timer, false);
    };
    const fire = (): void => {
      const leftMs = due - performance.now();
      if (leftMs > 0) arm(leftMs);
      else task();
    };
    arm(delay);
    return {
      cancel: () => clearTimeout(timer),
      keepAlive: (on) => {
        kept = on;
        hold(timer, on);
      },
    };
  },
};

/** `delayMs`, at least 0; throws `RangeError` for NaN. For those who implement `Clock`. */
export function checkDelay(delayMs: number): number {
  if (Number.isNaN(delayMs)) throw new RangeError("A delay must be a number of milliseconds, not NaN.");
  return Math.max(0, delayMs);
}

/** Browsers give a number for a timer; Node and Bun an object that can be held or let go. */
function hold(timer: unknown, on: boolean): void {
  if (typeof timer !== "object" || timer === null) return;
  const holdable = timer as { ref?: () => void; unref?: () => void };
  if (on) holdable.ref?.();
  else holdable.unref?.();
}
