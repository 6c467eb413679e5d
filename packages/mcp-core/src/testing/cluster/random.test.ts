import { describe, expect, it } from "vitest";
import { seededPick } from "./random.js";

const first = (seed: number, bound: number): readonly number[] => {
  const pick = seededPick(seed);
  return Array.from({ length: 3_000 }, () => pick(bound));
};

describe("seededPick", () => {
  it("gives the same for the same seed, and something else for others", () => {
    expect(first(7, 1_000)).toEqual(first(7, 1_000));
    expect(first(7, 1_000)).not.toEqual(first(8, 1_000));
  });

  it.each([1, 2, 3, 5])("gives all of %d about as often, also in pairs", (bound) => {
    const picked = first(42, bound);
    const pairs = picked.map((value, place) => value * bound + (picked[place + 1] ?? 0));
    for (const [values, size] of [
      [picked, bound],
      [pairs, bound * bound],
    ] as const) {
      const counts = Array.from({ length: size }, (_, value) => values.filter((one) => one === value).length);
      const expected = picked.length / size;
      for (const count of counts) expect(Math.abs(count - expected)).toBeLessThan(expected / 2);
    }
  });
});
