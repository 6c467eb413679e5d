import { systemClock } from "@towpath/mcp-core/transport";

/** Whether `done` settles within `ms`. The process stays alive meanwhile. */
export function settlesWithin(ms: number, done: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = systemClock.schedule(ms, () => resolve(false), { keepAlive: true });
    const settled = (): void => {
      timer.cancel();
      resolve(true);
    };
    done.then(settled, settled);
  });
}
