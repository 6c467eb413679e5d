import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { issuesOf } from "../issues-of.js";

const string = { type: "string" };
const number = { type: "number" };

test.each<[JsonObject, unknown, unknown, string[]]>([
  [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, 1, 3, ["expected at most 2, got 3"]],
  [
    { anyOf: [string, number] },
    1,
    null,
    ["fits none of 2 options: (1) expected a string, got null; (2) expected a number, got null"],
  ],
  [{ oneOf: [number, { minimum: 5 }] }, 1, 7, ["fits options 1 and 2, but must fit exactly one of 2"]],
  [
    { oneOf: [number, string] },
    "a",
    true,
    ["fits none of 2 options: (1) expected a number, got boolean; (2) expected a string, got boolean"],
  ],
  [{ not: string }, 1, "a", ['fits what "not" forbids']],
  [{ if: string, then: { minLength: 1 }, else: { minimum: 1 } }, "a", 0, ["expected at least 1, got 0"]],
  [{ then: false, else: false }, 1, undefined, []],
])("%j takes %j and refuses %j", (schema, good, bad, messages) => {
  expect(issuesOf(schema, good)).toEqual([]);
  expect(issuesOf(schema, bad)).toEqual(messages);
});

test("each option says what is wrong with the member it asks for", () => {
  const option = (kind: string): JsonObject => ({ properties: { kind: { const: kind } } });
  expect(
    issuesOf({ properties: { shape: { oneOf: [option("a"), option("b")] } } }, { shape: { kind: "c" } }),
  ).toEqual([
    'shape: fits none of 2 options: (1) shape.kind: expected "a", got "c"; (2) shape.kind: expected "b", got "c"',
  ]);
});

describe("unevaluatedProperties", () => {
  const base = { properties: { a: true } };

  test.each<[string, JsonObject, object, object]>([
    ["sees properties beside it", { ...base }, { a: 1 }, { b: 1 }],
    ["sees through allOf", { allOf: [base] }, { a: 1 }, { b: 1 }],
    ["sees through a reference", { $ref: "#/$defs/base", $defs: { base } }, { a: 1 }, { b: 1 }],
    [
      "sees every option that fits",
      { anyOf: [base, { properties: { b: number } }] },
      { a: 1, b: 1 },
      { a: 1, b: "x" },
    ],
    [
      "sees the condition and what it chose",
      { if: { ...base, required: ["a"] }, then: { properties: { b: true } } },
      { a: 1, b: 1 },
      { b: 1 },
    ],
    [
      "sees dependent schemas",
      { ...base, dependentSchemas: { a: { properties: { b: true } } } },
      { a: 1, b: 1 },
      { b: 1 },
    ],
    ["does not see into not", { not: { not: base } }, {}, { a: 1 }],
    ["does not see another branch's members", { properties: { b: base } }, { b: { a: 1 } }, { a: 1 }],
  ])("%s", (_, schema, good, bad) => {
    const closed = { ...schema, unevaluatedProperties: false };
    expect(issuesOf(closed, good)).toEqual([]);
    expect(issuesOf(closed, bad)).toEqual([expect.stringMatching(/^.: unexpected property/)]);
  });

  test("does not see its cousins", () => {
    const schema = { allOf: [base, { unevaluatedProperties: false }] };
    expect(issuesOf(schema, { a: 1 })).toEqual(["a: unexpected property: no part of the schema allows it"]);
  });

  test("with a schema judges what is left", () => {
    const schema = { ...base, unevaluatedProperties: number };
    expect(issuesOf(schema, { a: "x", b: 1 })).toEqual([]);
    expect(issuesOf(schema, { b: "x" })).toEqual(["b: expected a number, got string"]);
  });
});

describe("unevaluatedItems", () => {
  test.each<[string, JsonObject, unknown[], unknown[]]>([
    ["sees prefixItems", { prefixItems: [true] }, [1], [1, 2]],
    ["sees prefixItems through allOf", { allOf: [{ prefixItems: [true, true] }] }, [1, 2], [1, 2, 3]],
    ["sees what contains found", { contains: string }, ["a"], ["a", 1]],
    ["sees items", { anyOf: [{ items: number }, { prefixItems: [string] }] }, [1, 2], ["a", 1]],
  ])("%s", (_, schema, good, bad) => {
    const closed = { ...schema, unevaluatedItems: false };
    expect(issuesOf(closed, good)).toEqual([]);
    expect(issuesOf(closed, bad)).toEqual([
      expect.stringMatching(/^\[\d\]: unexpected item: no part of the schema allows it$/),
    ]);
  });
});
