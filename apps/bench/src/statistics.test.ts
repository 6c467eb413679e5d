import { describe, expect, it } from "vitest";
import { median, medianRatio, percentile } from "./statistics.js";

describe("median", () => {
  it("is the middle of an odd number of values, whatever their order", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it("is the mean of the two in the middle of an even number of values", () => {
    expect(median([4, 1, 3, 100])).toBe(3.5);
  });

  it("compares numbers, not their text", () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  it("leaves the given values in their order", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it("refuses an empty list", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("medianRatio", () => {
  it("pairs the values of one round, so that a slow round does not count", () => {
    expect(medianRatio([50, 5, 60], [100, 10, 100])).toBe(0.5);
  });

  it("leaves out rounds that only one side has", () => {
    expect(medianRatio([30], [10, 1, 1])).toBe(3);
  });

  it("refuses values that have no round in common", () => {
    expect(() => medianRatio([1], [])).toThrow(RangeError);
  });
});

describe("percentile", () => {
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => count - index);

  it("is the value that so many of them do not exceed", () => {
    expect(percentile(upTo(100), 0.99)).toBe(99);
    expect(percentile(upTo(1000), 0.99)).toBe(990);
    expect(percentile(upTo(4), 0.5)).toBe(2);
  });

  it("is the largest of few values, and the only one of one", () => {
    expect(percentile(upTo(10), 0.99)).toBe(10);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([7], 0)).toBe(7);
  });

  it("leaves the given values in their order", () => {
    const values = [3, 1, 2];
    percentile(values, 0.99);
    expect(values).toEqual([3, 1, 2]);
  });

  it("refuses an empty list", () => {
    expect(() => percentile([], 0.99)).toThrow(RangeError);
  });
});
