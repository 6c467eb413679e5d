import { describe, expect, it } from "vitest";
import { ManualClock } from "./manual-clock.js";

describe("ManualClock", () => {
  it("stands still until advanced", () => {
    const clock = new ManualClock(5);
    expect(clock.now()).toBe(5);
    clock.advance(10);
    expect(clock.now()).toBe(15);
  });

  it("runs what falls due by time, then in the order of scheduling, each at its own time", () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    const note = (name: string) => () => ran.push(`${name}@${String(clock.now())}`);
    clock.schedule(20, note("c"));
    clock.schedule(10, note("a"));
    clock.schedule(10, note("b"));
    clock.schedule(21, note("later"));
    clock.advance(20);
    expect(ran).toEqual(["a@10", "b@10", "c@20"]);
    expect(clock.pending).toBe(1);
  });

  it("runs what its tasks schedule, if that is due as well", () => {
    const clock = new ManualClock();
    const times: number[] = [];
    const again = (): void => {
      times.push(clock.now());
      clock.schedule(10, again);
    };
    clock.schedule(10, again);
    clock.advance(35);
    expect(times).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
  });

  it("tells when the next task is due", () => {
    const clock = new ManualClock(5);
    expect(clock.nextDue).toBeUndefined();
    clock.schedule(20, () => undefined);
    const first = clock.schedule(10, () => undefined);
    expect(clock.nextDue).toBe(15);
    first.cancel();
    expect(clock.nextDue).toBe(25);
  });

  it("runs nothing that was cancelled, also by an earlier task", () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    const second = clock.schedule(2, () => ran.push("second"));
    clock.schedule(1, () => second.cancel());
    clock.advance(5);
    expect(ran).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("never runs a task after Infinity, and takes a negative delay as 0", () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    clock.schedule(Infinity, () => ran.push("never"));
    clock.schedule(-5, () => ran.push("now"));
    clock.advance(0);
    expect(ran).toEqual(["now"]);
    expect(clock.pending).toBe(0);
  });

  it("refuses to go back, to stand at infinity and to schedule at NaN", () => {
    const clock = new ManualClock();
    for (const ms of [-1, Infinity, NaN]) expect(() => clock.advance(ms)).toThrow(RangeError);
    expect(() => clock.schedule(NaN, () => undefined)).toThrow(RangeError);
  });
});
