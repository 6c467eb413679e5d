import type { JsonObject } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { formOf, type Field } from "./fields.js";
import { hintOf } from "./hints.js";

/** The field that a form has for a schema. */
function fieldFor(schema: JsonObject, definitions: JsonObject = {}): Field {
  const form = formOf({ type: "object", properties: { it: schema }, $defs: definitions });
  const field = form.kind === "group" ? form.members[0]?.field : undefined;
  if (field === undefined) throw new Error("The form has no field");
  return field;
}

describe("the form of a schema", () => {
  it.each<[JsonObject, Field]>([
    [
      { type: "string", minLength: 1, maxLength: 9 },
      { kind: "text", input: "text", multiline: false, minLength: 1, maxLength: 9 },
    ],
    [
      { type: "string", format: "email" },
      { kind: "text", input: "email", multiline: false },
    ],
    [
      { type: "string", format: "uri" },
      { kind: "text", input: "url", multiline: false },
    ],
    [
      { type: "string", format: "date" },
      { kind: "text", input: "date", multiline: false },
    ],
    [
      { type: "string", format: "date-time" },
      { kind: "text", input: "datetime-local", multiline: false },
    ],
    [
      { type: "string", format: "unheard-of" },
      { kind: "text", input: "text", multiline: false },
    ],
    [
      { type: "integer", minimum: 1, maximum: 5 },
      { kind: "number", integer: true, min: 1, max: 5 },
    ],
    [{ type: "number" }, { kind: "number", integer: false }],
    [
      { type: "boolean", default: true },
      { kind: "flag", initial: true },
    ],
    [
      { type: "string", enum: ["a", "b"] },
      {
        kind: "choice",
        options: [
          { value: "a", title: "a" },
          { value: "b", title: "b" },
        ],
      },
    ],
    [
      { enum: [1, null] },
      {
        kind: "choice",
        options: [
          { value: 1, title: "1" },
          { value: null, title: "null" },
        ],
      },
    ],
    [
      { enum: ["a"], enumNames: ["A title"] },
      { kind: "choice", options: [{ value: "a", title: "A title" }] },
    ],
    [
      { oneOf: [{ const: "a", title: "A" }, { const: "b" }] },
      {
        kind: "choice",
        options: [
          { value: "a", title: "A" },
          { value: "b", title: "b" },
        ],
      },
    ],
    [
      { type: "array", items: { type: "string", enum: ["a"] }, maxItems: 1 },
      { kind: "choices", options: [{ value: "a", title: "a" }], maxItems: 1 },
    ],
    [
      { type: "array", items: { type: "boolean" }, minItems: 1 },
      { kind: "list", item: { kind: "flag" }, minItems: 1 },
    ],
    [
      { type: "object", properties: { a: { type: "boolean" } }, required: ["a"] },
      { kind: "group", members: [{ name: "a", required: true, field: { kind: "flag" } }] },
    ],
    [{ type: ["boolean", "null"] }, { kind: "flag" }],
    [
      { anyOf: [{ type: "boolean" }, { type: "null" }], description: "or none" },
      { kind: "flag", description: "or none" },
    ],
    [
      { allOf: [{ type: "boolean" }], title: "One" },
      { kind: "flag", title: "One" },
    ],
  ])("has a field for %j", (schema, field) => {
    expect(fieldFor(schema)).toEqual(field);
  });

  it.each<JsonObject>([
    {},
    { type: "object", additionalProperties: { type: "string" } },
    { type: "array" },
    { type: "array", prefixItems: [{ type: "string" }], items: { type: "string" } },
    { anyOf: [{ type: "string" }, { type: "number" }] },
    { type: ["string", "number"] },
    { $ref: "https://example.com/schema" },
    { $ref: "#/$defs/missing" },
    { type: "object", properties: [] },
  ])("has JSON for %j", (schema) => {
    expect(fieldFor(schema).kind).toBe("json");
  });

  it("follows references into the schema, and keeps what stands beside them", () => {
    const field = fieldFor(
      { $ref: "#/$defs/a~1b", description: "ours" },
      { "a/b": { type: "boolean", description: "theirs" } },
    );
    expect(field).toEqual({ kind: "flag", description: "ours" });
  });

  it("ends where a schema refers to itself", () => {
    const tree = {
      type: "object",
      properties: { children: { type: "array", items: { $ref: "#/$defs/tree" } } },
    };
    expect(JSON.stringify(fieldFor({ $ref: "#/$defs/tree" }, { tree })).length).toBeLessThan(2_000);
    expect(fieldFor({ $ref: "#/$defs/circle" }, { circle: { $ref: "#/$defs/circle" } }).kind).toBe("json");
  });

  it("gives names of longer texts more than a line", () => {
    const form = formOf({ type: "object", properties: { text: { type: "string" } } });
    expect(form).toMatchObject({ members: [{ field: { kind: "text", multiline: true } }] });
  });

  it("is JSON as a whole for what is no object", () => {
    expect(formOf({ type: "string" })).toEqual({ kind: "json" });
    expect(formOf([])).toEqual({ kind: "json" });
  });
});

describe("the hint of a field", () => {
  it.each<[JsonObject, string]>([
    [{ type: "string" }, "string"],
    [{ type: "string", minLength: 1, maxLength: 200 }, "string, 1 to 200 characters"],
    [{ type: "string", minLength: 1 }, "string, at least 1 character"],
    [{ type: "string", format: "date-time" }, "date and time"],
    [{ type: "integer", minimum: 1, maximum: 10_000 }, "integer, 1 to 10,000"],
    [{ type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER }, "integer, at least 1"],
    [{ type: "array", items: { type: "string" }, maxItems: 20 }, "list, at most 20 items"],
    [{ enum: ["a", "b"] }, "one of 2"],
  ])("of %j is %j", (schema, hint) => {
    expect(hintOf(fieldFor(schema))).toBe(hint);
  });
});
