import type { Clock } from "@towpath/mcp-core/transport";

/** Calls the function with the first of what comes in any so many ms, and leaves out the rest. */
export function seldom<T>(call: (value: T) => void, everyMs: number, clock: Clock): (value: T) => void {
  let last = -Infinity;
  return (value) => {
    const now = clock.now();
    if (now < last + everyMs) return;
    last = now;
    call(value);
  };
}
