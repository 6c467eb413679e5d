import type { JsonValue } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { differences } from "./compare.js";

describe("the comparison of a tour", () => {
  it("finds equal values equal, whatever the order of their members", () => {
    expect(differences({ a: [1, { b: null }], c: "x" }, { c: "x", a: [1, { b: null }] })).toEqual([]);
  });

  it.each<[string, JsonValue, JsonValue, string]>([
    ["another value", { code: -32602 }, { code: -32603 }, "code: expected -32602, got -32603"],
    ["another type", { code: 1 }, { code: "1" }, 'code: expected 1, got "1"'],
    ["a missing member", { a: 1, b: 2 }, { a: 1 }, "b: expected 2, got nothing"],
    ["a member too many", { a: 1 }, { a: 1, b: 2 }, "b: expected nothing, got 2"],
    ["a shorter list", [1, 2], [1], "1: expected 2, got nothing"],
    ["an object in place of a list", { a: [] }, { a: {} }, "a: expected [], got {}"],
    ["something in place of null", { a: null }, { a: {} }, "a: expected null, got {}"],
    ["a place deep inside", { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, "a.0.b: expected 1, got 2"],
    ["the values themselves", 1, 2, "expected 1, got 2"],
  ])("names %s", (_what, expected, observed, difference) => {
    expect(differences(expected, observed)).toEqual([difference]);
  });

  it("names every place", () => {
    expect(differences({ a: 1, b: 2 }, { a: 2, b: 1 })).toHaveLength(2);
  });

  it("shortens long values", () => {
    expect(differences("x".repeat(1000), "")[0]?.length).toBeLessThan(300);
  });
});
