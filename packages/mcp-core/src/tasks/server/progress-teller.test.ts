import { describe, expect, it } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { ProgressTeller } from "./progress-teller.js";

describe("progress", () => {
  it("is told at once, and then the newest every 100 ms", async () => {
    const clock = new ManualClock(5);
    const told: number[] = [];
    const teller = new ProgressTeller(clock, async ({ progress }) => void told.push(progress));
    for (const progress of [1, 2, 3]) teller.take({ progress });
    await nextTurn();
    clock.advance(99);
    await nextTurn();
    expect(told).toEqual([1]);
    teller.take({ progress: 4 });
    clock.advance(1);
    await nextTurn();
    expect(told).toEqual([1, 4]);
  });

  it("is not told while it is being told", async () => {
    const clock = new ManualClock();
    const told: number[] = [];
    const taken = deferred();
    const teller = new ProgressTeller(clock, ({ progress }) => {
      told.push(progress);
      return taken.promise;
    });
    teller.take({ progress: 1 });
    teller.take({ progress: 2 });
    clock.advance(1_000);
    await nextTurn();
    expect(told).toEqual([1]);
    taken.resolve();
    await nextTurn();
    expect(told).toEqual([1, 2]);
  });

  it("is told no more once it is stopped, which gives what was left", async () => {
    const clock = new ManualClock();
    const told: number[] = [];
    const teller = new ProgressTeller(clock, async ({ progress }) => void told.push(progress));
    teller.take({ progress: 1 });
    teller.take({ progress: 2 });
    await nextTurn();
    expect(teller.stop()).toEqual({ progress: 2 });
    clock.advance(1_000);
    await nextTurn();
    expect(told).toEqual([1]);
    expect(clock.pending).toBe(0);
  });
});
