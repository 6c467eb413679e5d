import { describe, expect, it } from "vitest";
import { isPlainJson, jsonTextOf } from "./plain-json.js";

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
// eslint-disable-next-line no-sparse-arrays -- the hole is what is tested
const holed = [1, , 2];

describe("a plain value", () => {
  it.each([null, true, 0, -1.5, "", "é", [], {}, [{ a: [null, "b"] }], Object.create(null), nested(60)])(
    "is %j",
    (value) => {
      expect(isPlainJson(value)).toBe(true);
      expect(JSON.parse(jsonTextOf(value, "nobody"))).toEqual(value);
    },
  );

  it.each([
    ["undefined", undefined],
    ["NaN", NaN],
    ["a BigInt", 1n],
    ["a symbol", Symbol("s")],
    ["a function", () => 1],
    ["a date", new Date(0)],
    ["a member that is undefined", { a: undefined }],
    ["a member that says what it is in JSON", { toJSON: () => 1 }],
    ["a list with a hole", holed],
    ["an object of a class", new URLSearchParams()],
    ["something very deep", nested(100)],
  ])("is not %s", (_, value) => {
    expect(isPlainJson(value)).toBe(false);
  });
});
