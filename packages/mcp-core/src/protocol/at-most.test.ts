import { describe, expect, it } from "vitest";
import { gate } from "../../test/support/gate.js";
import { unhandledDuring } from "../../test/support/unhandled.js";
import { ManualClock } from "../testing/manual-clock.js";
import { atMost } from "./at-most.js";

describe("waiting at most so long", () => {
  it("ends with what is waited for, and leaves nothing scheduled", async () => {
    const clock = new ManualClock();
    await atMost(clock, 5, Promise.resolve("ignored"));
    await expect(atMost(clock, 5, Promise.reject(new Error("failed")))).rejects.toThrow("failed");
    expect(clock.pending).toBe(0);
  });

  it("ends when the time is over, whatever comes later", async () => {
    const clock = new ManualClock();
    const { promise, open } = gate();
    const unhandled = await unhandledDuring(async () => {
      const failing = promise.then(() => Promise.reject(new Error("late")));
      const waiting = atMost(clock, 5, failing);
      clock.advance(5);
      await waiting;
      open();
      await failing.catch(() => undefined);
    });
    expect(unhandled).toEqual([]);
  });

  it("does not end before", async () => {
    const clock = new ManualClock();
    const order: string[] = [];
    const waiting = atMost(clock, 5, new Promise(() => undefined)).then(() => order.push("over"));
    clock.advance(4);
    await Promise.resolve().then(() => order.push("still waiting"));
    clock.advance(1);
    await waiting;
    expect(order).toEqual(["still waiting", "over"]);
  });
});
