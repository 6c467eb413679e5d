import { expect, test } from "vitest";
import { jsonSchema } from "./json-schema.js";
import { UnsupportedSchemaError } from "./errors.js";

const literal = {
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
} as const;

test("is a Standard Schema of version 1 and vendor towpath", () => {
  expect(jsonSchema(literal)["~standard"]).toMatchObject({ version: 1, vendor: "towpath" });
});

test("returns the value itself, synchronously, when it fits", () => {
  const value = { a: 1, b: 2, more: [] };
  const result = jsonSchema(literal)["~standard"].validate(value);
  expect(result).toEqual({ value });
  expect(result).toHaveProperty("value", value);
});

test("says which members do not fit, and how", () => {
  expect(jsonSchema(literal)["~standard"].validate({ a: "1" })).toEqual({
    issues: [
      { message: "b: missing, but required", path: ["b"] },
      { message: "a: expected a number, got string", path: ["a"] },
    ],
  });
});

test("emits the schema as it was given", () => {
  const emitter = jsonSchema(literal)["~standard"].jsonSchema;
  expect(emitter?.input({ target: "draft-2020-12" })).toBe(literal);
  expect(emitter?.output({ target: "draft-2020-12" })).toBe(literal);
});

test("throws at once for a schema that cannot be used", () => {
  expect(() => jsonSchema({ $ref: "https://example.com/schema.json" })).toThrow(UnsupportedSchemaError);
});

test("takes limits", () => {
  const result = jsonSchema(literal, { maxIssues: 1 })["~standard"].validate({});
  expect(result).toHaveProperty("issues.length", 1);
});

test("a change of the schema after the call changes nothing", () => {
  const schema = { type: "object", required: ["a"] };
  const { validate } = jsonSchema(schema)["~standard"];
  schema.required.push("b");
  expect(validate({ a: 1 })).toEqual({ value: { a: 1 } });
});
