import { unlessAborted } from "./abort.js";
import type { Clock } from "./clock.js";
import { deferred } from "./deferred.js";

/**
 * Settles after so many ms. The process stays alive meanwhile.
 * @throws the signal's reason, as soon as it is aborted
 */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = deferred();
  const timer = clock.schedule(ms, resolve, { keepAlive: true });
  return unlessAborted(promise, signal).finally(() => {
    timer.cancel();
  });
}
