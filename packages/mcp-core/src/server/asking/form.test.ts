import { describe, expect, it } from "vitest";
import { z } from "zod";
import { jsonSchema } from "../../json-schema/index.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { readFormSchema } from "../../protocol/form.js";
import type { Revision } from "../../protocol/revisions.js";
import type { StandardSchema } from "../../protocol/standard-schema.js";
import { formOf } from "./form.js";

const sent = (schema: StandardSchema | undefined, revision: Revision = "2026-07-28") =>
  formOf(schema, revision).requestedSchema;
const fieldOf = (schema: z.ZodType) => sent(z.object({ field: schema })).properties["field"];
const written = (field: JsonObject, more: JsonObject = {}) =>
  jsonSchema({ type: "object", properties: { field }, ...more });

describe("the form made of a schema", () => {
  it.each<[string, z.ZodType, JsonObject]>([
    ["a string", z.string(), { type: "string" }],
    [
      "a string with bounds and a text",
      z.string().min(2).max(5).meta({ title: "Name", description: "Yours" }),
      { type: "string", minLength: 2, maxLength: 5, title: "Name", description: "Yours" },
    ],
    ["a string with a default", z.string().default("x"), { type: "string", default: "x" }],
    ["a mail address", z.email(), { type: "string", format: "email" }],
    ["a URL", z.url(), { type: "string", format: "uri" }],
    ["a date", z.iso.date(), { type: "string", format: "date" }],
    ["a date with a time", z.iso.datetime(), { type: "string", format: "date-time" }],
    ["a number", z.number().min(0).max(1.5), { type: "number", minimum: 0, maximum: 1.5 }],
    ["a number with a default", z.number().default(5), { type: "number", default: 5 }],
    ["an integer, without the widest bounds there are", z.int(), { type: "integer" }],
    ["an integer with bounds", z.int().min(1).max(10), { type: "integer", minimum: 1, maximum: 10 }],
    ["a boolean", z.boolean(), { type: "boolean" }],
    ["a boolean with a default", z.boolean().default(false), { type: "boolean", default: false }],
    ["one of several", z.enum(["red", "blue"]), { type: "string", enum: ["red", "blue"] }],
    [
      "one of several with a default",
      z.enum(["red", "blue"]).default("blue"),
      { type: "string", enum: ["red", "blue"], default: "blue" },
    ],
    ["one and no other", z.literal("red"), { type: "string", enum: ["red"] }],
    [
      "one of several with titles",
      z.union([z.literal("#f00").meta({ title: "Red" }), z.literal("#00f")]),
      {
        type: "string",
        oneOf: [
          { const: "#f00", title: "Red" },
          { const: "#00f", title: "#00f" },
        ],
      },
    ],
    [
      "some of several",
      z
        .array(z.enum(["red", "blue"]))
        .min(1)
        .max(2)
        .default(["red"]),
      {
        type: "array",
        items: { type: "string", enum: ["red", "blue"] },
        minItems: 1,
        maxItems: 2,
        default: ["red"],
      },
    ],
    [
      "some of several with titles",
      z.array(z.union([z.literal("r").meta({ title: "Red" }), z.literal("b").meta({ title: "Blue" })])),
      {
        type: "array",
        items: {
          anyOf: [
            { const: "r", title: "Red" },
            { const: "b", title: "Blue" },
          ],
        },
      },
    ],
  ])("has a field for %s", (_what, schema, field) => {
    expect(fieldOf(schema)).toEqual(field);
    expect(readFormSchema(sent(z.object({ field: schema })))).toHaveProperty("schema");
  });

  it("leaves out what forms do not know, and checks it when the answer comes", async () => {
    const form = formOf(
      z.object({
        pattern: z.string().regex(/^a+$/),
        even: z.number().gt(0).multipleOf(2),
        id: z.uuid(),
        one: z.literal(1),
        yes: z.literal(true),
      }),
      "2026-07-28",
    );
    expect(form.requestedSchema).toEqual({
      type: "object",
      properties: {
        pattern: { type: "string" },
        even: { type: "number" },
        id: { type: "string" },
        one: { type: "number" },
        yes: { type: "boolean" },
      },
      required: ["pattern", "even", "id", "one", "yes"],
    });
    const fine = { pattern: "aa", even: 2, id: crypto.randomUUID(), one: 1, yes: true };
    expect(await form.check(fine)).toEqual(fine);
    for (const wrong of [{ pattern: "b" }, { even: 3 }, { even: 0 }, { id: "1" }, { one: 2 }, { yes: false }])
      await expect(form.check({ ...fine, ...wrong })).rejects.toThrow(
        /^The content does not fit the form: \w+: /,
      );
  });

  it("says which fields are required: those without a default", () => {
    const schema = z.object({ a: z.string(), b: z.string().optional(), c: z.string().default("x") });
    expect(sent(schema).required).toEqual(["a"]);
    expect(sent(z.object({ a: z.string().optional() }))).not.toHaveProperty("required");
  });

  it("is the same for a schema that is written out", () => {
    const properties = {
      name: { type: "string", title: "Name", pattern: "^a", $comment: "no", examples: ["a"] },
      day: { type: "string", format: "date", enumNames: ["ignored"] },
      odd: { type: "string", format: "hostname", minLength: 1 },
      colour: { type: "string", enum: ["r", "b"], enumNames: ["Red", "Blue"] },
      untyped: { enum: ["x"] },
      titled: { type: "string", oneOf: [{ const: "r", title: "Red", deprecated: true }] },
      some: { type: "array", uniqueItems: true, items: { anyOf: [{ const: "r", title: "Red" }] } },
    } as const;
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties,
    } as const;
    expect(sent(jsonSchema({ ...schema, required: ["name"], additionalProperties: false }))).toEqual({
      type: "object",
      properties: {
        name: { type: "string", title: "Name" },
        day: { type: "string", format: "date" },
        odd: { type: "string", minLength: 1 },
        colour: { type: "string", enum: ["r", "b"], enumNames: ["Red", "Blue"] },
        untyped: { type: "string", enum: ["x"] },
        titled: { type: "string", oneOf: [{ const: "r", title: "Red" }] },
        some: { type: "array", items: { anyOf: [{ const: "r", title: "Red" }] } },
      },
      required: ["name"],
    });
  });

  it("has no fields where there is no schema, or it has none", async () => {
    for (const schema of [undefined, z.object({}), jsonSchema({ type: "object" })])
      expect(sent(schema)).toEqual({ type: "object", properties: {} });
    expect(await formOf(undefined, "2026-07-28").check({ more: 1 })).toEqual({});
  });

  it("may have fields of any name", () => {
    const properties = JSON.parse(
      '{"__proto__":{"type":"string"},"constructor":{"type":"boolean"}}',
    ) as JsonObject;
    expect(Object.keys(sent(jsonSchema({ type: "object", properties })).properties)).toEqual([
      "__proto__",
      "constructor",
    ]);
  });
});

describe("what comes back", () => {
  it("is what the schema makes of it", async () => {
    const schema = z.object({
      day: z.string().transform((text) => new Date(text)),
      count: z.number().default(3),
    });
    const { check } = formOf(schema, "2026-07-28");
    expect(await check({ day: "2026-01-01", more: "dropped" })).toEqual({
      day: new Date("2026-01-01"),
      count: 3,
    });
  });

  it("is refused with all that is wrong", async () => {
    const { check } = formOf(z.object({ a: z.string(), b: z.number() }), "2026-07-28");
    const message =
      "The content does not fit the form: a: Invalid input: expected string, received undefined; b: Invalid input: expected number, received string";
    await expect(check({ b: "x" })).rejects.toThrow(message);
    await expect(check({ b: "x" })).rejects.toMatchObject({ name: "InvalidAnswerError" });
    const written = jsonSchema({ type: "object", properties: { a: { type: "integer" } }, required: ["a"] });
    for (const wrong of [{}, { a: 1.5 }, { a: "1" }])
      await expect(formOf(written, "2026-07-28").check(wrong)).rejects.toThrow("does not fit the form");
  });
});

describe("a schema that is no form", () => {
  it.each<[string, StandardSchema]>([
    ["an object in it", z.object({ field: z.object({ a: z.string() }) })],
    ["a list of anything", z.object({ field: z.array(z.string()) })],
    ["a list of objects", z.object({ field: z.array(z.object({})) })],
    ["a nullable field", z.object({ field: z.string().nullable() })],
    ["a union of types", z.object({ field: z.union([z.string(), z.number()]) })],
    ["a field of any type", z.object({ field: z.unknown() })],
    ["a reference", written({ $ref: "#/$defs/a" }, { $defs: { a: { type: "string" } } })],
    ["several types", written({ type: ["string", "null"] })],
    ["no options", written({ type: "array", items: { type: "string" } })],
  ])("is refused by the name of the field (%s)", (_what, schema) => {
    expect(() => sent(schema)).toThrow(TypeError);
    expect(() => sent(schema)).toThrow(
      'The field "field" cannot be part of a form: it must be a string, a number, a boolean, or one or some of several strings',
    );
  });

  it.each<[string, unknown, string]>([
    ["a string", z.string(), 'must describe an object: its JSON Schema needs "type": "object"'],
    ["plain JSON Schema", { type: "object" }, "is no Standard Schema"],
    ["an object of schemas", { day: z.string() }, "wrap it in z.object(...)"],
    ["null", null, "is no Standard Schema"],
    ["a text", "text", "is no Standard Schema"],
  ])("is refused altogether (%s)", (_what, schema, message) => {
    expect(() => sent(schema as StandardSchema)).toThrow(TypeError);
    expect(() => sent(schema as StandardSchema)).toThrow(message);
  });
});

describe("a form in 2025-06-18", () => {
  const old = (field: z.ZodType) => sent(z.object({ field }), "2025-06-18").properties["field"];

  it("has titles of options by their side, and defaults of booleans only", () => {
    expect(old(z.union([z.literal("r").meta({ title: "Red" }), z.literal("b")]))).toEqual({
      type: "string",
      enum: ["r", "b"],
      enumNames: ["Red", "b"],
    });
    expect(old(z.enum(["r"]).default("r"))).toEqual({ type: "string", enum: ["r"] });
    expect(old(z.string().max(3).default("x"))).toEqual({ type: "string", maxLength: 3 });
    expect(old(z.number().default(1))).toEqual({ type: "number" });
    expect(old(z.boolean().default(true))).toEqual({ type: "boolean", default: true });
  });

  it("cannot ask for some of several", () => {
    expect(() => old(z.array(z.enum(["a"])))).toThrow(
      'The client cannot be asked for "field": several values can be chosen from revision 2025-11-25 on',
    );
  });
});
