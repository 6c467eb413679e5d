import type { Clock } from "@towpath/mcp-core/transport";

/** What there is of something that was not done in time. */
export const LATE = Symbol("late");

/**
 * Gives what a task gives, or `LATE` after `ms`: then its signal is aborted, and what still comes of it is ignored.
 * Rejects as the task does.
 */
export function inTime<T>(
  clock: Clock,
  ms: number,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T | typeof LATE> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const overdue = (): void => {
      resolve(LATE);
      over.abort();
    };
    const timer = clock.schedule(ms, overdue, { keepAlive: true });
    task(over.signal)
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
