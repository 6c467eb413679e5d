import { describe, expect, it } from "vitest";
import { connectionLimits, DEFAULT_CONNECTION_LIMITS } from "./limits.js";

/** Limits as a program without types may give them. */
const given = (maxBatch: unknown): { readonly maxBatch: number } => ({ maxBatch: maxBatch as number });

describe("the limits of a connection", () => {
  it("have the default where undefined is given", () => {
    expect(connectionLimits(given(undefined))).toEqual(DEFAULT_CONNECTION_LIMITS);
    expect(connectionLimits(given(5))).toEqual({ ...DEFAULT_CONNECTION_LIMITS, maxBatch: 5 });
  });

  it.each([
    ["5", '"5"'],
    [0, "0"],
    [1.5, "1.5"],
    [NaN, "NaN"],
    [null, "null"],
    [[5], "an array"],
  ])("may not be %j", (value, told) => {
    expect(() => connectionLimits(given(value))).toThrow(
      new RangeError(`maxBatch must be a positive integer or Infinity, not ${told}`),
    );
  });
});
