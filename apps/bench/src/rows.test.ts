import { describe, expect, it } from "vitest";
import { contendersOf, peers, raw } from "./implementations.js";
import { rowOf } from "./rows.js";
import { Samples } from "./samples.js";

const contenders = contendersOf([raw, ...peers.filter(({ id }) => id === "v2")]);
const presentation = { title: "calls", target: "0.90", absolute: (value: number) => `${value}/s` };

/** Values by round, in the order of the contenders: raw and v2, each in both eras. */
function samplesOf(...values: (readonly number[])[]): Samples {
  const samples = new Samples();
  contenders.forEach((contender, index) => {
    for (const value of values[index] ?? []) samples.add(contender, value);
  });
  return samples;
}

describe("rowOf", () => {
  it("compares each contender with raw in its era", () => {
    const samples = samplesOf([10, 20, 30], [5, 5, 5], [5, 10, 15], [1, 1, 1]);
    const row = rowOf(contenders, samples, { ...presentation, ratio: (value) => value.toFixed(2) });
    expect(row.raw).toBe("20/s / 5/s");
    expect(row.cells).toEqual({ v2: { handshake: "0.50", stateless: "0.20" } });
    expect(row.details[0]).toEqual({
      contender: "raw, handshake",
      value: "20/s (10/s to 30/s in 3 rounds)",
    });
  });

  it("has absolute values where no ratio is asked for", () => {
    const row = rowOf(contenders, samplesOf([], [], [4], [6]), presentation);
    expect(row.cells).toEqual({ v2: { handshake: "4/s", stateless: "6/s" } });
    expect(row.details[2]?.value).toBe("4/s (one round)");
  });

  it("says what failed, and what was not measured", () => {
    const samples = samplesOf([10], [10], [], []);
    const [, , handshake, stateless] = contenders;
    if (handshake === undefined || stateless === undefined) throw new Error("v2 speaks both eras");
    samples.fail(handshake, "no such server");
    const row = rowOf(contenders, samples, presentation);
    expect(row.cells).toEqual({ v2: { handshake: "failed", stateless: "failed" } });
    expect(row.details.slice(2).map(({ value }) => value)).toEqual([
      "failed: no such server",
      "not measured",
    ]);
  });
});
