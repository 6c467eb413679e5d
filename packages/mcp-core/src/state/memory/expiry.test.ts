import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../testing/manual-clock.js";
import { Expiry, Perishable } from "./expiry.js";

class Item extends Perishable {
  lapsedAt: number | undefined;

  override lapse(now: number): void {
    this.lapsedAt = now;
  }
}

function setup() {
  const clock = new ManualClock();
  const expiry = new Expiry(clock);
  const items = [0, 1, 2, 3, 4, 5, 6, 7].map(() => new Item());
  return { clock, expiry, items };
}

const item = fc.nat(7);
const step = fc.oneof(
  fc.record({ kind: fc.constant("watch" as const), item, ms: fc.integer({ min: 1, max: 2000 }) }),
  fc.record({ kind: fc.constant("forget" as const), item }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(700) }),
);

describe("Expiry", () => {
  it("lapses exactly what is due, whatever was watched, changed and forgotten before", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { clock, expiry, items } = setup();
        const expected = new Map<Item, number>();
        for (const next of steps) {
          if (next.kind === "pass") clock.advance(next.ms);
          const target = "item" in next ? items[next.item] : undefined;
          if (next.kind === "forget" && target) {
            expiry.forget(target);
            expected.delete(target);
          }
          if (next.kind === "watch" && target) {
            expiry.watch(target, clock.now() + next.ms);
            expected.set(target, clock.now() + next.ms);
            target.lapsedAt = undefined;
          }
          expiry.sweep();
          for (const [watched, at] of expected) {
            expect(watched.lapsedAt !== undefined).toBe(at <= clock.now());
            if (at <= clock.now()) expected.delete(watched);
          }
          expect(expiry.size).toBe(expected.size);
          expect(clock.pending).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("lapses what is due by its own timer, within a quarter of a second", () => {
    const { clock, expiry, items } = setup();
    for (const [i, watched] of items.entries()) expiry.watch(watched, 1000 * (i + 1));
    clock.advance(3250);
    expect(items.map(({ lapsedAt }) => lapsedAt)).toEqual([
      1000,
      2000,
      3000,
      ...Array.from({ length: 5 }, () => undefined),
    ]);
    clock.advance(10_000);
    expect(items.every(({ lapsedAt }) => lapsedAt !== undefined)).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it("schedules nothing for what has no end, nor once stopped", () => {
    const { clock, expiry, items } = setup();
    for (const watched of items) expiry.watch(watched, Infinity);
    expect(clock.pending).toBe(0);
    for (const watched of items) expiry.watch(watched, 1000);
    expect(clock.pending).toBe(1);
    expiry.stop();
    expect([clock.pending, expiry.size]).toEqual([0, 0]);
  });

  it("keeps an item whose end was taken back", () => {
    const { clock, expiry, items } = setup();
    const [kept = new Item()] = items;
    expiry.watch(kept, 1000);
    expiry.watch(kept, Infinity);
    clock.advance(1_000_000);
    expect(kept.lapsedAt).toBeUndefined();
    expect(expiry.size).toBe(0);
  });
});
