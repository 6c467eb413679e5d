import { Deadlines } from "@towpath/mcp-core/http";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { Pulse } from "./pulse.js";

function setUp(count = 1) {
  const clock = new ManualClock();
  const periods = new Deadlines(1_000, clock);
  const seen = { pings: 0, dead: 0 };
  const pulses = Array.from(
    { length: count },
    () =>
      new Pulse(
        periods,
        () => (seen.pings += 1),
        () => (seen.dead += 1),
      ),
  );
  return { clock, seen, pulses };
}

describe("Pulse", () => {
  it("pings in every period", () => {
    const { clock, seen, pulses } = setUp();
    for (let period = 1; period <= 5; period++) {
      clock.advance(1_000);
      for (const pulse of pulses) pulse.beat();
      expect(seen).toEqual({ pings: period, dead: 0 });
    }
  });

  it("takes a peer for dead from which nothing came in two periods, and pings it no more", () => {
    const { clock, seen } = setUp();
    clock.advance(2_000);
    expect(seen).toEqual({ pings: 2, dead: 0 });
    clock.advance(1_000);
    expect(seen).toEqual({ pings: 2, dead: 1 });
    clock.advance(10_000);
    expect([seen, clock.pending]).toEqual([{ pings: 2, dead: 1 }, 0]);
  });

  it("begins to count anew with whatever comes", () => {
    const { clock, seen, pulses } = setUp();
    clock.advance(2_999);
    for (const pulse of pulses) pulse.beat();
    clock.advance(2_000);
    expect(seen.dead).toBe(0);
    clock.advance(1_001);
    expect(seen.dead).toBe(1);
  });

  it("needs one timer for any number of peers, and none once they are gone", () => {
    const { clock, seen, pulses } = setUp(1_000);
    expect(clock.pending).toBe(1);
    clock.advance(1_000);
    expect(seen.pings).toBe(1_000);
    expect(clock.pending).toBe(1);
    for (const pulse of pulses) pulse.stop();
    clock.advance(1_000);
    expect([seen.pings, clock.pending]).toEqual([1_000, 0]);
  });
});
