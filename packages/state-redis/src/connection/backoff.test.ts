import { expect, it } from "vitest";
import { backoff } from "./backoff.js";

it("doubles the pause up to the longest, and spreads it by half", () => {
  for (const [failed, longest] of [
    [0, 50],
    [1, 100],
    [3, 400],
    [9, 2000],
    [1e6, 2000],
  ] as const) {
    const pauses = Array.from({ length: 100 }, () => backoff(failed, 2000));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(longest);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(longest / 2);
    expect(new Set(pauses).size).toBeGreaterThan(50);
  }
});
