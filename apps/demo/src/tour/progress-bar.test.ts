import { describe, expect, it } from "vitest";
import { progressBar } from "./progress-bar.js";

describe("a progress bar", () => {
  it.each([
    [0, 10, "░░░░░░░░"],
    [1, 10, "█░░░░░░░"],
    [5, 10, "████░░░░"],
    [10, 10, "████████"],
    [11, 10, "████████"],
    [-1, 10, "░░░░░░░░"],
    [0, 0, "░░░░░░░░"],
  ])("is as long at %i of %i as at the others", (done, total, bar) => {
    expect(progressBar(done, total, 8)).toBe(bar);
  });
});
