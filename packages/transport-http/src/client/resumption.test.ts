import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { Resumption } from "./resumption.js";

const POLICY = { attempts: 4, delayMs: 100, maxDelayMs: 300, deadlineMs: 10_000 };

function resumption(policy: Partial<typeof POLICY> = {}): {
  readonly clock: ManualClock;
  readonly of: Resumption;
} {
  const clock = new ManualClock(1_000);
  return { clock, of: new Resumption({ ...POLICY, ...policy }, clock) };
}

describe("Resumption", () => {
  it("waits as long as the server said, or as the policy has it, before the first attempt", () => {
    expect(resumption().of.next(undefined)).toBe(100);
    expect(resumption().of.next(0)).toBe(0);
    expect(resumption().of.next(7_777)).toBe(7_777);
  });

  it("waits ever longer, up to a bound, and never less than the server said", () => {
    const { of } = resumption();
    const delays = [1, 2, 3, 4].map(() => of.next(undefined) ?? NaN);
    for (const [index, most] of [100, 200, 300, 300].entries()) {
      expect(delays[index]).toBeGreaterThanOrEqual(Math.max(100, most / 2));
      expect(delays[index]).toBeLessThanOrEqual(most);
    }
    const told = resumption().of;
    for (let attempt = 1; attempt <= 4; attempt += 1) expect(told.next(2_000)).toBe(2_000);
  });

  it("waits longer also where the server said 0", () => {
    const { of } = resumption();
    expect([1, 2, 3, 4].map(() => (of.next(0) ?? NaN) > 0)).toEqual([false, true, true, true]);
  });

  it("ends after so many attempts, which progress counts anew", () => {
    const { of } = resumption({ attempts: 2 });
    expect([of.next(200), of.next(200) !== undefined, of.next(200)]).toEqual([200, true, undefined]);
    of.progressed();
    expect(of.next(200)).toBe(200);
  });

  it("comes no faster than every 100 ms, whatever the server says", () => {
    const { clock, of } = resumption();
    expect(of.next(0)).toBe(0);
    of.progressed();
    expect(of.next(0)).toBe(100);
    clock.advance(100);
    of.progressed();
    expect(of.next(0)).toBe(100);
    clock.advance(300);
    of.progressed();
    expect(of.next(0)).toBe(0);
  });

  it("ends when the next attempt would come too late, counted from the first one", () => {
    const { clock, of } = resumption();
    clock.advance(1_000_000);
    expect(of.next(10_001)).toBeUndefined();
    expect(of.next(10_000)).toBe(10_000);
    clock.advance(1);
    expect(of.next(10_000)).toBeUndefined();
    of.progressed();
    expect(of.next(10_000)).toBe(10_000);
  });
});
