import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { compileJsonSchema } from "../compile.js";
import { issuesOf } from "../issues-of.js";

const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject;

const number = { type: "number" };

test.each<[JsonObject, object, object, string[]]>([
  [{ required: ["a", "b"] }, { a: 1, b: null }, { a: 1 }, ["b: missing, but required"]],
  [{ properties: { a: number } }, { b: "x" }, { a: "x" }, ["a: expected a number, got string"]],
  [{ properties: { a: false } }, {}, { a: 1 }, ["a: nothing is allowed here"]],
  [{ minProperties: 1 }, { a: 1 }, {}, ["expected at least 1 property, got 0"]],
  [{ maxProperties: 1 }, { a: 1 }, { a: 1, b: 2 }, ["expected at most 1 property, got 2"]],
  [
    { properties: { a: true, b: true }, additionalProperties: false },
    { a: 1 },
    { c: 1 },
    ["c: unknown property; known: a, b"],
  ],
  [
    { patternProperties: { "^n_": number } },
    { n_a: 1, a: "x" },
    { n_a: "x" },
    ["n_a: expected a number, got string"],
  ],
  [
    { patternProperties: { "^n_": true }, additionalProperties: number },
    { n_a: "x", b: 1 },
    { b: "x" },
    ["b: expected a number, got string"],
  ],
  [
    { propertyNames: { maxLength: 2 } },
    { ab: 1 },
    { abc: 1 },
    ['abc: the name "abc" does not fit: abc: expected at most 2 characters, got 3'],
  ],
  [{ dependentRequired: { a: ["b"] } }, { b: 1 }, { a: 1 }, ['b: missing, but required beside "a"']],
  [
    { dependentSchemas: { a: { maxProperties: 1 } } },
    { a: 1 },
    { a: 1, b: 1 },
    ["expected at most 1 property, got 2"],
  ],
  [
    {
      $schema: "http://json-schema.org/draft-07/schema#",
      dependencies: { a: ["b"], c: { required: ["d"] } },
    },
    { b: 1, d: 1 },
    { a: 1, c: 1 },
    ['b: missing, but required beside "a"', "d: missing, but required"],
  ],
])("%j takes %j and refuses %j", (schema, good, bad, messages) => {
  expect(issuesOf(schema, good)).toEqual([]);
  expect(issuesOf(schema, bad)).toEqual(messages);
  expect(issuesOf(schema, [])).toEqual([]);
});

test("nested members are named by their whole path", () => {
  const schema = { properties: { list: { items: { properties: { "odd name": number } } } } };
  const verdict = compileJsonSchema(schema).validate({ list: [{}, { "odd name": null }] });
  expect(verdict).toEqual({
    valid: false,
    issues: [
      {
        message: 'list[1]["odd name"]: expected a number, got null',
        path: ["list", 1, "odd name"],
      },
    ],
  });
});

test("a member that is undefined is absent", () => {
  const schema = {
    properties: { a: number },
    required: ["b"],
    additionalProperties: false,
    maxProperties: 1,
  };
  expect(issuesOf(schema, { a: undefined, b: undefined, c: undefined })).toEqual([
    "b: missing, but required",
  ]);
  expect(issuesOf({ minProperties: 1 }, { a: undefined })).toHaveLength(1);
});

describe("names that every object inherits", () => {
  const names = ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"];

  test.each(names)("%s is required: absent unless it is the object's own", (name) => {
    const schema = { required: [name] };
    expect(issuesOf(schema, {})).toEqual([`${name}: missing, but required`]);
    expect(issuesOf(schema, parse(`{"${name}":1}`))).toEqual([]);
  });

  test.each(names)("%s is a property: judged only when it is the object's own", (name) => {
    const schema = parse(`{"properties":{"${name}":{"type":"number"}},"additionalProperties":false}`);
    expect(issuesOf(schema, {})).toEqual([]);
    expect(issuesOf(schema, parse(`{"${name}":1}`))).toEqual([]);
    expect(issuesOf(schema, parse(`{"${name}":"x"}`))).toEqual([`${name}: expected a number, got string`]);
  });

  test.each(names)("%s is unknown where it is not described", (name) => {
    expect(issuesOf({ additionalProperties: false }, {})).toEqual([]);
    expect(issuesOf({ additionalProperties: false }, parse(`{"${name}":1}`))).toHaveLength(1);
    expect(issuesOf({ unevaluatedProperties: false }, parse(`{"${name}":1}`))).toHaveLength(1);
  });

  test.each(names)("%s is a dependency: only when it is the object's own", (name) => {
    const schema = parse(`{"dependentRequired":{"${name}":["a"]}}`);
    expect(issuesOf(schema, {})).toEqual([]);
    expect(issuesOf(schema, parse(`{"${name}":1}`))).toHaveLength(1);
  });

  test("a keyword that the schema only inherits is none", () => {
    expect(issuesOf(Object.create({ type: "string" }) as JsonObject, 1)).toEqual([]);
    expect(issuesOf(parse('{"__proto__":{"type":"string"}}'), 1)).toEqual([]);
  });
});
