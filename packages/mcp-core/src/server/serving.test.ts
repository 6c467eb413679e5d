import { describe, expect, it } from "vitest";
import { gate } from "../../test/support/gate.js";
import { settled } from "../../test/support/link.js";
import type { Listener } from "../contract/index.js";
import { ManualClock } from "../testing/manual-clock.js";
import { serving } from "./serving.js";

/** Serves with what goes on for as long as it may, and says for how long that was. */
function start(of: Partial<Listener> = {}, isShared = true) {
  const clock = new ManualClock();
  const over = gate();
  const listener: Listener = { closed: over.promise, drain: () => over.promise, ...of };
  const aborted: number[] = [];
  const leave = (until: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        aborted.push(clock.now());
        resolve();
      };
      if (until.aborted) end();
      else until.addEventListener("abort", end);
    });
  return { clock, end: () => over.open(), aborted, running: serving([listener], { clock, isShared, leave }) };
}

describe("what was accepted, and no request waits for", () => {
  it("has the time of the drain, from its beginning on, of which requests may take a part", async () => {
    const { clock, end, aborted, running } = start();
    const drained = running.drain({ timeoutMs: 9_000 });
    clock.advance(6_000);
    end();
    await settled();
    clock.advance(3_000);
    await drained;
    expect(aborted).toEqual([9_000]);
  });

  it("has so much more as new work is taken meanwhile", async () => {
    const { clock, end, aborted, running } = start({ drainDelayMs: 2_000 });
    const drained = running.drain();
    end();
    await settled();
    clock.advance(7_000);
    await drained;
    expect(aborted).toEqual([7_000]);
  });

  it("has no time at all where the drain has none, delay or not", async () => {
    const { end, aborted, running } = start({ drainDelayMs: 2_000 });
    const drained = running.drain({ timeoutMs: 0 });
    end();
    await drained;
    expect(aborted).toEqual([0]);
  });

  it("has five seconds when the only peer has left, if another node may be asked for it, else none", async () => {
    for (const [isShared, ms] of [
      [true, 5_000],
      [false, 0],
    ] as const) {
      const { clock, end, aborted, running } = start({}, isShared);
      end();
      await settled();
      clock.advance(10_000);
      await running.closed;
      expect(aborted).toEqual([ms]);
    }
  });

  it("has half a second when the only peer has left and asks for an end, in whichever order", async () => {
    const first = start();
    first.end();
    await settled();
    first.clock.advance(1_000);
    const drained = first.running.drain();
    first.clock.advance(500);
    await drained;
    expect(first.aborted).toEqual([1_500]);

    const second = start({ hasLeft: true });
    void second.running.drain();
    second.end();
    await settled();
    second.clock.advance(500);
    await second.running.closed;
    expect(second.aborted).toEqual([500]);
  });

  it("has what a drain says, also when the only peer has left", async () => {
    const { clock, end, aborted, running } = start({ hasLeft: true });
    void running.drain({ timeoutMs: 4_000 });
    end();
    await settled();
    clock.advance(4_000);
    await running.closed;
    expect(aborted).toEqual([4_000]);
  });

  it("has less when a second drain gives it less, and not more", async () => {
    const { clock, end, aborted, running } = start();
    void running.drain({ timeoutMs: 9_000 });
    end();
    await settled();
    void running.drain({ timeoutMs: 20_000 });
    clock.advance(1_000);
    void running.drain({ timeoutMs: 1_000 });
    clock.advance(1_000);
    await running.closed;
    expect(aborted).toEqual([2_000]);
  });

  it("keeps no timer running once it has ended", async () => {
    const clock = new ManualClock();
    const leave = (): Promise<void> => Promise.resolve();
    const listener: Listener = { closed: Promise.resolve(), drain: () => Promise.resolve() };
    await serving([listener], { clock, isShared: true, leave }).drain();
    await settled();
    expect(clock.pending).toBe(0);
  });
});

describe("a drain", () => {
  it("has an end also where what was begun is never put in order", async () => {
    const clock = new ManualClock();
    const leave = (): Promise<void> => new Promise(() => undefined);
    const listener: Listener = { closed: Promise.resolve(), drain: () => Promise.resolve() };
    await serving([listener], { clock, isShared: true, leave }).drain({ timeoutMs: 0 });
  });
});
