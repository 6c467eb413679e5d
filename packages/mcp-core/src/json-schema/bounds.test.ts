import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import { compileJsonSchema, type CompileOptions } from "./compile.js";
import { issuesOf } from "./issues-of.js";

/** Each level refers to the next one twice: 2 to the power of `levels` ways through. */
function doubling(keyword: string, levels: number, leaf: JsonObject): JsonObject {
  const $defs: Record<string, JsonValue> = { [`d${levels}`]: leaf };
  for (let level = 0; level < levels; level += 1) {
    const $ref = `#/$defs/d${level + 1}`;
    $defs[`d${level}`] = { [keyword]: [{ $ref }, { $ref }] };
  }
  return { $ref: "#/$defs/d0", $defs };
}

function nest(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = wrap(value);
  return value;
}

const outOfSteps = "could not be checked: gave up after 100000 steps (maxSteps)";
const tooDeep = /could not be checked: nested deeper than 1000 levels \(maxRecursion\)$/;
const few = { maxSteps: 100_000 };

describe("work for one value is bounded", () => {
  test.each([
    ["anyOf", { type: "string" }],
    ["oneOf", { type: "string" }],
    ["oneOf", { type: "number" }],
    ["allOf", { type: "number" }],
  ])("for %s that doubles at each level, over %j", (keyword, leaf) => {
    expect(issuesOf(doubling(keyword, 64, leaf), 1, few)).toEqual([outOfSteps]);
  });

  test("where annotations are read", () => {
    const schema = { ...doubling("anyOf", 64, { properties: { a: true } }), unevaluatedProperties: false };
    expect(issuesOf(schema, { a: 1 }, few)).toEqual([outOfSteps]);
  });

  test("never turned into a verdict by `not`", () => {
    const schema = { $defs: doubling("anyOf", 64, { type: "string" })["$defs"], not: { $ref: "#/$defs/d0" } };
    expect(issuesOf(schema, 1, few)).toEqual([outOfSteps]);
  });

  test("for many keywords over one large value", () => {
    const value = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, index]));
    const times = (schema: JsonObject): JsonObject => ({ allOf: Array.from({ length: 500 }, () => schema) });
    for (const schema of [{ maxProperties: 1e6 }, { additionalProperties: true }, { propertyNames: true }]) {
      expect(issuesOf(times(schema), value, few)).toEqual([outOfSteps]);
    }
    expect(issuesOf({ enum: Array.from({ length: 500 }, () => ({})) }, value, few)).toEqual([outOfSteps]);
    const text = times({ pattern: "^y*" });
    expect(issuesOf(text, "x".repeat(100_000), few)).toEqual([outOfSteps]);
  });

  test("for an array whose items are all compared", () => {
    const items = Array.from({ length: 200_000 }, (_, index) => ({ index }));
    expect(issuesOf({ uniqueItems: true }, items, few)).toEqual([outOfSteps]);
    expect(issuesOf({ uniqueItems: true }, items)).toEqual([]);
  });

  test("with room for large honest values", () => {
    const numbers = Array.from({ length: 1_000_000 }, (_, index) => index);
    expect(issuesOf({ type: "array", items: { type: "integer" } }, numbers)).toEqual([]);
  });
});

describe("depth is bounded", () => {
  test.each<JsonObject>([
    { $ref: "#" },
    { anyOf: [{ $ref: "#" }] },
    { not: { $ref: "#" } },
    { $dynamicRef: "#a", $dynamicAnchor: "a" },
    { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
  ])("for a reference that never gets anywhere: %j", (schema) => {
    expect(issuesOf(schema, 1)).toEqual([expect.stringMatching(tooDeep)]);
  });

  test("for a deep value under a recursive schema", () => {
    const value = nest(100_000, (n) => ({ n }));
    expect(issuesOf({ properties: { n: { $ref: "#" } } }, value)).toEqual([expect.stringMatching(tooDeep)]);
  });

  test("for a value that contains itself", () => {
    const value: { n?: object } = {};
    value.n = value;
    expect(issuesOf({ properties: { n: { $ref: "#" } } }, value)).toEqual([expect.stringMatching(tooDeep)]);
  });

  test("for deep items that are compared", () => {
    const value = nest(100_000, (inner) => [inner]);
    expect(issuesOf({ uniqueItems: true }, [value, value])).toEqual([expect.stringMatching(tooDeep)]);
  });

  test("of any number of levels where the schema does not look", () => {
    const value = nest(100_000, (n) => ({ n }));
    expect(issuesOf({ type: "object", required: ["n"] }, value)).toEqual([]);
  });

  test("with room for a list of 300 links", () => {
    const node = { type: "object", properties: { next: { $ref: "#/$defs/node" } } };
    expect(
      issuesOf(
        { $ref: "#/$defs/node", $defs: { node } },
        nest(300, (next) => ({ next })),
      ),
    ).toEqual([expect.stringContaining("expected an object, got number")]);
  });

  test("of the stack too, where maxRecursion allows more than it holds", () => {
    expect(issuesOf({ $ref: "#" }, 1, { maxRecursion: 1e9 })).toEqual([
      expect.stringContaining("could not be checked"),
    ]);
  });
});

describe("issues are bounded", () => {
  test("in number", () => {
    const items = Array.from({ length: 1000 }, () => "x");
    expect(issuesOf({ items: { type: "number" } }, items)).toHaveLength(10);
    expect(issuesOf({ items: { type: "number" } }, items, { maxIssues: 3 })).toHaveLength(3);
  });

  test("in length", () => {
    const long = "x".repeat(100_000);
    for (const schema of [{ const: long }, { enum: [long, 1] }, { pattern: `${"x".repeat(1000)}$` }]) {
      expect(Math.max(...issuesOf(schema, `${long}y`).map((message) => message.length))).toBeLessThan(600);
    }
    const named = issuesOf(
      { additionalProperties: false, properties: { [long]: true } },
      { [`${long}y`]: 1 },
    );
    expect(named.map((message) => message.length < 600)).toEqual([true]);
  });
});

test("an expression engine of one's own decides, and its errors are no verdict", () => {
  const options = (test: (value: string) => boolean): CompileOptions => ({ createPattern: () => ({ test }) });
  const seen = (value: string): boolean => value !== "no";
  expect(issuesOf({ pattern: "whatever" }, "yes", options(seen))).toEqual([]);
  expect(issuesOf({ pattern: "whatever" }, "no", options(seen))).toHaveLength(1);
  const broken = (value: string): boolean => {
    if (value === "") return true;
    throw new Error("out of memory");
  };
  expect(issuesOf({ not: { pattern: "x" } }, "a", options(broken))).toEqual([
    "could not be checked: out of memory",
  ]);
});

test("whatever the schema and the value, there is a verdict or a refusal, never anything else", () => {
  const keyword = fc.constantFrom(
    ...[
      "$ref",
      "$id",
      "$anchor",
      "$dynamicRef",
      "$dynamicAnchor",
      "$defs",
      "type",
      "enum",
      "properties",
      "items",
    ],
    ...["required", "anyOf", "not", "if", "then", "contains", "minContains", "pattern", "uniqueItems"],
    ...["unevaluatedItems", "unevaluatedProperties", "dependentSchemas", "multipleOf", "__proto__"],
  );
  const { schema } = fc.letrec<{ schema: JsonObject; part: JsonValue }>((tie) => ({
    part: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("object", "array", "#", "#/$defs/a", "#a", "a", "^a", 1, 0, true, false),
      tie("schema"),
      fc.array(tie("part"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "__proto__", "0"), tie("part"), { maxKeys: 3 }),
    ),
    schema: fc.dictionary(keyword, tie("part"), { maxKeys: 4, noNullPrototype: true }),
  }));
  fc.assert(
    fc.property(schema, fc.jsonValue(), (given, value) => {
      try {
        const verdict = compileJsonSchema(given, { maxSteps: 10_000 }).validate(value);
        return verdict.valid || verdict.issues.length > 0;
      } catch (error) {
        return error instanceof Error && error.name === "UnsupportedSchemaError";
      }
    }),
    { numRuns: 1000 },
  );
});
