import { describe, expect, it } from "vitest";
import { ToldAhead } from "./told-ahead.js";

describe("what was told ahead", () => {
  it("is taken as often as it was told", () => {
    const ahead = new ToldAhead();
    for (const text of ["a", "b", "a"]) ahead.add(text);
    expect(["a", "a", "a", "b", "c"].map((text) => ahead.take(text))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
  });

  it("is forgotten where there is much of it, the oldest first", () => {
    const ahead = new ToldAhead();
    for (let i = 0; i < 65; i++) ahead.add(String(i));
    expect([ahead.take("0"), ahead.take("1"), ahead.take("64")]).toEqual([false, true, true]);
    ahead.add("x".repeat(2 ** 20));
    expect([ahead.take("63"), ahead.take("x".repeat(2 ** 20))]).toEqual([false, true]);
    ahead.add("y".repeat(2 ** 20 + 1));
    expect(ahead.take("y".repeat(2 ** 20 + 1))).toBe(false);
  });
});
