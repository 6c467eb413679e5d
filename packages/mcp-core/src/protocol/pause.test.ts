import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.js";
import { pause } from "./pause.js";

describe("a pause", () => {
  it("ends when its time is over, and lets go of the signal", async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    const paused = pause(clock, 5, signal);
    expect(clock.nextDue).toBe(clock.now() + 5);
    clock.advance(5);
    await paused;
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("is cut short with the reason of its signal, before it began or after", async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const begun = pause(clock, 5, controller.signal);
    controller.abort(new Error("no more"));
    await expect(begun).rejects.toThrow("no more");
    await expect(pause(clock, 5, controller.signal)).rejects.toThrow("no more");
    expect(clock.pending).toBe(0);
  });
});
