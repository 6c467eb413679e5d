import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { issuesOf } from "../issues-of.js";

const samples: Record<string, readonly unknown[]> = {
  string: ["", "a"],
  number: [0.5, -1.5e-300],
  integer: [0, 1.0, -7, 1e20],
  boolean: [true, false],
  null: [null],
  array: [[], [1]],
  object: [{}, { a: 1 }],
};

describe("type", () => {
  test.each(Object.keys(samples))("%s takes its own values and no others", (type) => {
    for (const [name, values] of Object.entries(samples)) {
      const fits = name === type || (type === "number" && name === "integer");
      for (const value of values) expect(issuesOf({ type }, value).length === 0).toBe(fits);
    }
  });

  test("refuses what JSON cannot say, naming it", () => {
    expect(issuesOf({ type: "number" }, NaN)).toEqual(["expected a number, got NaN"]);
    expect(issuesOf({ type: ["integer", "string"] }, -Infinity)).toEqual([
      "expected an integer or a string, got -Infinity",
    ]);
    expect(issuesOf({ type: "integer" }, 1n)).toEqual(["expected an integer, got bigint"]);
    expect(issuesOf({ type: "object" }, undefined)).toEqual(["expected an object, got undefined"]);
  });

  test("says what was expected and what came", () => {
    expect(issuesOf({ type: "object" }, [])).toEqual(["expected an object, got array"]);
    expect(issuesOf({ type: ["string", "null"] }, 1)).toEqual(["expected a string or null, got number"]);
    expect(issuesOf({ type: "integer" }, 1.5)).toEqual(["expected an integer, got 1.5"]);
  });
});

describe("const and enum", () => {
  test("compare by value", () => {
    const value = { a: [1, { b: null }], c: "x" };
    expect(issuesOf({ const: value }, { c: "x", a: [1.0, { b: null }] })).toEqual([]);
    expect(issuesOf({ const: value }, { c: "x", a: [1, { b: null }], d: 1 })).toHaveLength(1);
    expect(issuesOf({ const: value }, { c: "x", a: [1] })).toHaveLength(1);
    expect(issuesOf({ enum: [0] }, -0)).toEqual([]);
    expect(issuesOf({ enum: [0] }, false)).toHaveLength(1);
    expect(issuesOf({ enum: [] }, null)).toHaveLength(1);
  });

  test("take a member that objects inherit for what it is", () => {
    const own: unknown = JSON.parse('{"__proto__":1}');
    expect(issuesOf({ const: { toString: 1 } }, { a: 1 })).toHaveLength(1);
    expect(issuesOf({ const: {} }, own)).toHaveLength(1);
    expect(issuesOf(JSON.parse('{"const":{"__proto__":1}}') as JsonObject, own)).toEqual([]);
  });

  test("leave out members that are undefined", () => {
    expect(issuesOf({ const: { a: 1 } }, { a: 1, b: undefined })).toEqual([]);
  });

  test("say which values are known", () => {
    expect(issuesOf({ enum: ["open", "closed", 3, { a: 1 }] }, "opn")).toEqual([
      'expected one of "open", "closed", 3, {"a":1}, got "opn"',
    ]);
    expect(issuesOf({ const: null }, [1])).toEqual(["expected null, got array"]);
  });

  test("any JSON value is equal to its copy, and to no other", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        // JSON has one zero, and `jsonValue` two.
        const text = (value: unknown): string => JSON.stringify(value, sorted);
        expect(issuesOf({ const: JSON.parse(text(a)) as null }, a)).toEqual([]);
        expect(issuesOf({ enum: [JSON.parse(text(a)) as null] }, b).length === 0).toBe(text(a) === text(b));
      }),
    );
  });
});

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const result = Object.create(null) as Record<string, unknown>;
  for (const [key, member] of entries) result[key] = member;
  return result;
}
