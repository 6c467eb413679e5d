import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "./clock.js";

afterEach(() => {
  vi.useRealTimers();
});

const DAY_MS = 86_400_000;

describe("systemClock", () => {
  it("runs a task once, not before its time", async () => {
    const start = systemClock.now();
    const end = await new Promise<number>((resolve) => {
      systemClock.schedule(20, () => resolve(systemClock.now()), { keepAlive: true });
    });
    expect(end - start).toBeGreaterThanOrEqual(20);
  });

  it("runs no task that was cancelled", async () => {
    const ran: string[] = [];
    systemClock.schedule(1, () => ran.push("cancelled")).cancel();
    await new Promise<void>((resolve) => systemClock.schedule(2, resolve, { keepAlive: true }));
    expect(ran).toEqual([]);
  });

  it("waits longer than a timer of the runtime can", () => {
    vi.useFakeTimers();
    const task = vi.fn();
    systemClock.schedule(60 * DAY_MS, task);
    vi.advanceTimersByTime(60 * DAY_MS - 1);
    expect(task).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(task).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("cancels a long wait after its timer was set anew", () => {
    vi.useFakeTimers();
    const task = vi.fn();
    const scheduled = systemClock.schedule(60 * DAY_MS, task);
    vi.advanceTimersByTime(30 * DAY_MS);
    scheduled.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("never runs a task after Infinity", () => {
    vi.useFakeTimers();
    systemClock.schedule(Infinity, () => undefined).cancel();
    systemClock.schedule(Infinity, () => undefined);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("takes a negative delay as 0 and refuses NaN", async () => {
    await new Promise<void>((resolve) => systemClock.schedule(-5, resolve, { keepAlive: true }));
    expect(() => systemClock.schedule(NaN, () => undefined)).toThrow(RangeError);
  });

  it("keeps the process alive only when asked to", () => {
    const handles = vi.spyOn(globalThis, "setTimeout");
    const plain = systemClock.schedule(1000, () => undefined);
    const kept = systemClock.schedule(1000, () => undefined, { keepAlive: true });
    const hasRef = handles.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef());
    plain.cancel();
    kept.cancel();
    handles.mockRestore();
    expect(hasRef).toEqual([false, true]);
  });
});
