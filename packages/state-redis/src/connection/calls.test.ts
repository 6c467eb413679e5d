import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Calls } from "./calls.js";

describe("Calls", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const recorder = () => {
    const events: string[] = [];
    const begin = (calls: Calls, name: string) =>
      calls.begin(
        () => void events.push(`${name} expired`),
        (reason) => void events.push(`${name} failed: ${reason.message}`),
      );
    return { events, begin };
  };

  it("expires each call after its time", () => {
    const { events, begin } = recorder();
    const calls = new Calls(100);
    begin(calls, "a");
    vi.advanceTimersByTime(60);
    begin(calls, "b");
    vi.advanceTimersByTime(50);
    expect(events).toEqual(["a expired"]);
    vi.advanceTimersByTime(50);
    expect(events).toEqual(["a expired", "b expired"]);
  });

  it("leaves alone what is done, and needs one timer at most", () => {
    const { events, begin } = recorder();
    const calls = new Calls(100);
    const done = Array.from({ length: 50 }, (_, i) => begin(calls, String(i)));
    expect(vi.getTimerCount()).toBe(1);
    for (const end of done) end();
    vi.advanceTimersByTime(1000);
    expect(events).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends all that wait, once", () => {
    const { events, begin } = recorder();
    const calls = new Calls(100);
    begin(calls, "a");
    calls.endAll(new Error("closed"));
    vi.advanceTimersByTime(1000);
    expect(events).toEqual(["a failed: closed"]);
  });
});
