import { describe, expect, test } from "vitest";
import type { JsonObject } from "../jsonrpc/messages.js";
import { compileJsonSchema, type CompileOptions } from "./compile.js";
import { SUPPORTED_DIALECTS } from "./dialects.js";
import { UnsupportedSchemaError, type UnsupportedSchemaCode } from "./errors.js";

function refusal(schema: unknown, options?: CompileOptions): UnsupportedSchemaError {
  try {
    // A schema from the wire may be anything.
    compileJsonSchema(schema as JsonObject, options);
  } catch (error) {
    if (error instanceof UnsupportedSchemaError) return error;
    throw error;
  }
  throw new Error("the schema was taken");
}

const nested = (levels: number): JsonObject => (levels === 0 ? {} : { not: nested(levels - 1) });

const cases: [what: string, schema: unknown, code: UnsupportedSchemaCode, pointer: string][] = [
  ["an unknown dialect", { $schema: "https://example.com/my" }, "unsupported-dialect", "/$schema"],
  [
    "a dialect between the two",
    { $schema: "https://json-schema.org/draft/2019-09/schema" },
    "unsupported-dialect",
    "/$schema",
  ],
  ["a dialect that is no string", { $schema: 7 }, "unsupported-dialect", "/$schema"],
  [
    "an unknown dialect further down",
    { $defs: { a: { $schema: "urn:x" } } },
    "unsupported-dialect",
    "/$defs/a/$schema",
  ],
  [
    "a network reference",
    { properties: { "a/b": { $ref: "https://example.com/x" } } },
    "external-ref",
    "/properties/a~1b/$ref",
  ],
  [
    "a reference into the network's loopback",
    { $ref: "http://127.0.0.1/x#/$defs/y" },
    "external-ref",
    "/$ref",
  ],
  ["a reference to a file", { $ref: "file:///etc/passwd" }, "external-ref", "/$ref"],
  ["a relative reference to another document", { $ref: "other.json" }, "external-ref", "/$ref"],
  ["a reference relative to an $id", { $id: "https://example.com/a/b", $ref: "c" }, "external-ref", "/$ref"],
  ["a reference to the meta-schema", { $ref: SUPPORTED_DIALECTS[0] }, "external-ref", "/$ref"],
  ["a dynamic network reference", { $dynamicRef: "https://example.com/x#a" }, "external-ref", "/$dynamicRef"],
  [
    "an external reference that nothing uses",
    { $defs: { a: { $ref: "urn:a" } } },
    "external-ref",
    "/$defs/a/$ref",
  ],
  ["a reference to nothing", { $ref: "#/$defs/a" }, "unresolved-ref", "/$ref"],
  ["a reference to an inherited member", { $ref: "#/constructor" }, "unresolved-ref", "/$ref"],
  [
    "a reference to what is no schema",
    { $ref: "#/$defs/a/type", $defs: { a: { type: "null" } } },
    "unresolved-ref",
    "/$ref",
  ],
  ["a reference to an unknown anchor", { $ref: "#a" }, "unresolved-ref", "/$ref"],
  ["a dynamic reference to an unknown anchor", { $dynamicRef: "#a" }, "unresolved-ref", "/$dynamicRef"],
  ["a reference with broken encoding", { $ref: "#/%zz" }, "unresolved-ref", "/$ref"],
  ["a reference that is no string", { $ref: 1 }, "invalid-schema", "/$ref"],
  ["a reference that is no URI", { $ref: "http://[" }, "invalid-schema", "/$ref"],
  ["an invalid regular expression", { pattern: "(" }, "invalid-pattern", "/pattern"],
  [
    "an invalid property pattern",
    { patternProperties: { "[": true } },
    "invalid-pattern",
    "/patternProperties/[",
  ],
  ["a value that is no schema", null, "invalid-schema", ""],
  ["a schema that is an array", [], "invalid-schema", ""],
  ["a number that is not JSON", { minimum: NaN }, "invalid-schema", "/minimum"],
  ["a function in the schema", { default: () => 1 }, "invalid-schema", "/default"],
  ["a subschema that is no schema", { not: 3 }, "invalid-schema", "/not"],
  ["a tuple in the words of draft-07", { items: [{}] }, "invalid-schema", "/items"],
  ["alternatives that are no array", { anyOf: {} }, "invalid-schema", "/anyOf"],
  ["no alternatives", { oneOf: [] }, "invalid-schema", "/oneOf"],
  ["properties that are no object", { properties: [] }, "invalid-schema", "/properties"],
  ["an unknown type", { type: "strng" }, "invalid-schema", "/type"],
  ["a type that objects inherit", { type: "constructor" }, "invalid-schema", "/type"],
  ["no types", { type: [] }, "invalid-schema", "/type"],
  ["an enumeration that is no array", { enum: "a" }, "invalid-schema", "/enum"],
  ["a limit that is no number", { exclusiveMinimum: true }, "invalid-schema", "/exclusiveMinimum"],
  ["a negative count", { minLength: -1 }, "invalid-schema", "/minLength"],
  ["a broken count", { maxContains: 1.5, contains: {} }, "invalid-schema", "/maxContains"],
  ["a multiple of zero", { multipleOf: 0 }, "invalid-schema", "/multipleOf"],
  ["a pattern that is no string", { pattern: {} }, "invalid-schema", "/pattern"],
  ["uniqueItems that is no boolean", { uniqueItems: "yes" }, "invalid-schema", "/uniqueItems"],
  ["required in the words of draft-03", { required: true }, "invalid-schema", "/required"],
  ["a required name that is no string", { required: ["a", 1] }, "invalid-schema", "/required"],
  [
    "dependent names that are no array",
    { dependentRequired: { a: "b" } },
    "invalid-schema",
    "/dependentRequired/a",
  ],
  ["dependencies that are no object", { dependentRequired: [] }, "invalid-schema", "/dependentRequired"],
  ["an $id that is no string", { $id: 1 }, "invalid-schema", "/$id"],
  ["an $id with a fragment", { $id: "https://example.com/a#b" }, "invalid-schema", "/$id"],
  [
    "the same $id twice",
    { $defs: { a: { $id: "urn:a" }, b: { $id: "urn:a" } } },
    "invalid-schema",
    "/$defs/b/$id",
  ],
  [
    "the same anchor twice",
    { $defs: { a: { $anchor: "x" }, b: { $anchor: "x" } } },
    "invalid-schema",
    "/$defs/b/$anchor",
  ],
  ["an anchor that is no name", { $anchor: "#a" }, "invalid-schema", "/$anchor"],
];

describe("is refused before any value is checked", () => {
  test.each(cases)("%s", (_, schema, code, pointer) => {
    expect(refusal(schema)).toMatchObject({ name: "UnsupportedSchemaError", code, pointer });
  });

  test("a schema that is too long", () => {
    expect(refusal({ description: "x".repeat(2 ** 20) })).toMatchObject({
      code: "schema-too-long",
      pointer: "/description",
      reason: "longer than maxSchemaLength (1048576 characters)",
    });
    expect(refusal({ type: "string" }, { maxSchemaLength: 10 }).code).toBe("schema-too-long");
  });

  test("a schema that is nested too deeply", () => {
    expect(() => compileJsonSchema(nested(127))).not.toThrow();
    expect(refusal(nested(128))).toMatchObject({ code: "schema-too-deep", pointer: "/not".repeat(128) });
    expect(refusal({ enum: [[[[1]]]] }, { maxSchemaDepth: 4 }).code).toBe("schema-too-deep");
  });

  test("a schema that contains itself", () => {
    const schema: { not?: object } = {};
    schema.not = schema;
    expect(refusal(schema).code).toBe("schema-too-deep");
  });

  test("too many subschemas", () => {
    const allOf = Array.from({ length: 10_000 }, () => true);
    expect(refusal({ allOf })).toMatchObject({ code: "too-many-subschemas", pointer: "/allOf/9999" });
  });

  test("a small schema whose shared parts multiply", () => {
    let schema: JsonObject = { type: "string" };
    for (let level = 0; level < 40; level += 1) schema = { allOf: [schema, schema] };
    expect(refusal(schema).code).toMatch(/schema-too-long|too-many-subschemas/);
  });
});

test("the message names the place and the reason", () => {
  expect(refusal({ $schema: "urn:x" }).message).toBe(
    'Unsupported JSON Schema at /$schema: dialect "urn:x" is not supported; use one of: ' +
      "https://json-schema.org/draft/2020-12/schema, http://json-schema.org/draft-07/schema",
  );
  expect(refusal({ properties: { a: { $ref: "https://example.com/x" } } }).message).toMatch(
    /at \/properties\/a\/\$ref: "https:\/\/example.com\/x" is outside this schema/,
  );
});

test("a message stays short whatever the schema holds", () => {
  expect(refusal({ $ref: "x".repeat(100_000) }).message.length).toBeLessThan(1000);
  expect(refusal({ pattern: `(${"x".repeat(100_000)}` }).message.length).toBeLessThan(1000);
});

test("a limit that is no limit is refused as well", () => {
  expect(() => compileJsonSchema({}, { maxSteps: 0 })).toThrow(RangeError);
  expect(() => compileJsonSchema({}, { maxIssues: 1.5 })).toThrow("maxIssues must be a positive integer");
});
