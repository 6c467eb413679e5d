import type { ManualClock } from "../../src/testing/manual-clock.js";
import { settled } from "./link.js";

const STEP_MS = 50;

/**
 * Lets time pass, and what that leads to happen at its time.
 * @param turns what each step leads to, in turns of the runtime
 */
export async function stepwise(clock: ManualClock, ms: number, turns = 1): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    clock.advance(Math.min(left, STEP_MS));
    for (let turn = 0; turn < turns; turn += 1) await settled();
  }
}
