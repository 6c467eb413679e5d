import type { Clock } from "./clock.js";

/** Settles as the promise does, or resolves after so many ms. The process stays alive meanwhile. */
export function atMost(clock: Clock, ms: number, promised: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(ms, resolve, { keepAlive: true });
    promised
      .finally(() => {
        timer.cancel();
      })
      .then(() => {
        resolve();
      }, reject);
  });
}
