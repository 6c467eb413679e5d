import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
// What the flag adds to every new context.
const collect = runInNewContext("gc") as () => void;

/** Collects what can be collected, and what that has let go of. */
export async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    // A weak reference that was looked at holds its target until the turn is over.
    await nextTurn();
    collect();
  }
}

/** How many of them were not collected. */
export function alive(references: readonly WeakRef<object>[]): number {
  return references.filter((reference) => reference.deref() !== undefined).length;
}
