import { describe, it } from "vitest";
import { ManualClock } from "../../testing/manual-clock.js";
import { stateContract } from "../../testing/state-contract.js";
import { memoryState } from "./memory-state.js";

const onError = (): void => undefined;

describe.concurrent("the state contract, in memory, in real time", () => {
  const cases = stateContract(() => memoryState({ onError }), { shortMs: 300 });
  for (const { name, run } of cases) it(name, run);
});

describe.concurrent("the state contract, in memory, on a manual clock", () => {
  const cases = stateContract(() => {
    const clock = new ManualClock();
    return { state: memoryState({ clock, onError }), advance: (ms) => clock.advance(ms) };
  });
  for (const { name, run } of cases) it(name, run);
});
