import { describe, expect, it } from "vitest";
import { checkFormContent, formDefaults, readFormSchema } from "./form.js";
import type { FormSchema } from "./question-types.js";

function schemaOf(properties: Record<string, unknown>, required?: readonly unknown[]): FormSchema {
  const reading = readFormSchema({ type: "object", properties, ...(required && { required }) });
  if ("problem" in reading) throw new Error(reading.problem);
  return reading.schema;
}

const titled = [
  { const: "r", title: "Red" },
  { const: "g", title: "Green" },
];

describe("a field of a form takes", () => {
  it.each([
    ["a string", { type: "string" }, ["", "a"], [1, null, ["a"]]],
    [
      "a string of some length",
      { type: "string", minLength: 2, maxLength: 3 },
      ["ab", "😀😀😀"],
      ["a", "abcd"],
    ],
    [
      "an email",
      { type: "string", format: "email" },
      ["a@b.c", "root@localhost"],
      ["a", "@b", "a@b@c", "a b@c"],
    ],
    [
      "a URI",
      { type: "string", format: "uri" },
      ["https://a.b/c", "urn:x:y"],
      ["a", "/a", "http://", "a b:c"],
    ],
    [
      "a date",
      { type: "string", format: "date" },
      ["2024-02-29", "0001-01-01"],
      ["2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "2024-01-01T00:00:00Z"],
    ],
    [
      "a time",
      { type: "string", format: "date-time" },
      ["2024-02-29T23:59:60Z", "2024-01-01T00:00:00.5+01:30"],
      ["2024-02-30T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "2024-01-01"],
    ],
    ["a format of another kind, unchecked", { type: "string", format: "hostname" }, ["?"], [1]],
    ["a number", { type: "number", minimum: 0, maximum: 1.5 }, [0, 1.5], [-0.1, 1.6, "1", NaN, Infinity]],
    ["an integer", { type: "integer" }, [-3, 1e20], [0.5, "1"]],
    ["a boolean", { type: "boolean" }, [true, false], ["true", 0]],
    ["an option", { type: "string", enum: ["a", "b"] }, ["a"], ["c", 1]],
    ["an option with names beside", { type: "string", enum: ["a"], enumNames: ["A"] }, ["a"], ["A"]],
    ["a titled option", { type: "string", oneOf: titled }, ["r"], ["Red"]],
    [
      "several options",
      { type: "array", items: { type: "string", enum: ["a", "b"] }, minItems: 1, maxItems: 2 },
      [["a"], ["a", "b"]],
      [[], ["a", "b", "a"], ["c"], "a", [1]],
    ],
    ["several titled options", { type: "array", items: { anyOf: titled } }, [[], ["g", "r"]], [["Green"]]],
  ])("%s", (_, field, good, bad) => {
    const schema = schemaOf({ it: field });
    for (const value of good) expect(checkFormContent(schema, { it: value })).toEqual([]);
    for (const value of bad)
      expect(checkFormContent(schema, { it: value })).toEqual([expect.stringMatching(/^"it" must be /)]);
  });
});

describe("the content of a form", () => {
  const schema = schemaOf({ day: { type: "string" }, n: { type: "integer" } }, ["day"]);

  it("may leave out what is not required", () => {
    expect(checkFormContent(schema, { day: "monday" })).toEqual([]);
    expect(checkFormContent(schema, { n: 1 })).toEqual(['"day" is missing']);
    expect(checkFormContent(schema, { day: undefined })).toEqual(['"day" is missing']);
  });

  it("has no other fields, whatever they are called", () => {
    const content: unknown = JSON.parse('{"day":"monday","__proto__":"x","toString":"y"}');
    expect(checkFormContent(schema, content)).toEqual([
      '"__proto__" is no field of the form',
      '"toString" is no field of the form',
    ]);
  });

  it("is an object", () => {
    expect(checkFormContent(schema, "monday")).toEqual(['The content must be an object, not "monday"']);
  });

  it("is told a few of its problems at a time", () => {
    const content = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`k${String(n)}`, n]));
    expect(checkFormContent(schema, content)).toHaveLength(10);
  });

  it("may have a field called __proto__", () => {
    const tricky = schemaOf(
      JSON.parse('{"__proto__":{"type":"string","default":"d"}}') as Record<string, unknown>,
    );
    expect(JSON.stringify(formDefaults(tricky))).toBe('{"__proto__":"d"}');
    expect(checkFormContent(tricky, formDefaults(tricky))).toEqual([]);
  });
});

describe("the defaults of a form", () => {
  it("are those of its fields that fit", () => {
    const schema = schemaOf({
      a: { type: "string", default: "x" },
      b: { type: "integer", default: 1.5 },
      c: { type: "boolean", default: false },
      d: { type: "array", items: { anyOf: titled }, default: ["r"] },
      e: { type: "string", enum: ["a"], default: "z" },
      f: { type: "number" },
    });
    expect(formDefaults(schema)).toEqual({ a: "x", c: false, d: ["r"] });
  });
});

describe("the schema of a form", () => {
  it("may have keywords nobody knows", () => {
    const schema = {
      $schema: "x",
      type: "object",
      properties: { a: { type: "string", pattern: "a" } },
      additionalProperties: false,
    };
    expect(readFormSchema(schema)).toEqual({ schema });
  });

  it.each([
    ["nothing", undefined],
    ["an array", []],
    ["no object schema", { type: "string" }],
    ["no properties", { type: "object" }],
    ["a field that is no object", { type: "object", properties: { a: true } }],
    ["a nested object", { type: "object", properties: { a: { type: "object", properties: {} } } }],
    ["a field without a type", { type: "object", properties: { a: { anyOf: [{ type: "string" }] } } }],
    ["a type that is a list", { type: "object", properties: { a: { type: ["string", "null"] } } }],
    [
      "an array of anything",
      { type: "object", properties: { a: { type: "array", items: { type: "string" } } } },
    ],
    ["an array without items", { type: "object", properties: { a: { type: "array" } } }],
    ["options that are numbers", { type: "object", properties: { a: { type: "string", enum: [1] } } }],
    [
      "options without a value",
      { type: "object", properties: { a: { type: "string", oneOf: [{ title: "A" }] } } },
    ],
    ["a length below zero", { type: "object", properties: { a: { type: "string", minLength: -1 } } }],
    ["a minimum that is a string", { type: "object", properties: { a: { type: "number", minimum: "1" } } }],
    ["required that is no list", { type: "object", properties: {}, required: true }],
    ["a required field that is none", { type: "object", properties: {}, required: ["a"] }],
  ])("is not %s", (_, value) => {
    expect(readFormSchema(value)).toEqual({ problem: expect.any(String) as string });
  });
});
