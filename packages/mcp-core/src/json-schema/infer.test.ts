import { describe, expectTypeOf, test } from "vitest";
import type { InferInput, InferOutput, JsonSchema, StandardSchema } from "../protocol/standard-schema.js";
import { jsonSchema } from "./json-schema.js";

/** Only its type counts. */
const typed = <T>(_: StandardSchema<T>): T => ({}) as T;

describe("the type of a schema literal", () => {
  test("scalars", () => {
    expectTypeOf(typed(jsonSchema({ type: "string" }))).toEqualTypeOf<string>();
    expectTypeOf(typed(jsonSchema({ type: "number" }))).toEqualTypeOf<number>();
    expectTypeOf(typed(jsonSchema({ type: "integer" }))).toEqualTypeOf<number>();
    expectTypeOf(typed(jsonSchema({ type: "boolean" }))).toEqualTypeOf<boolean>();
    expectTypeOf(typed(jsonSchema({ type: "null" }))).toEqualTypeOf<null>();
    expectTypeOf(typed(jsonSchema({ type: ["string", "null"] }))).toEqualTypeOf<string | null>();
  });

  test("constants and enumerations", () => {
    expectTypeOf(typed(jsonSchema({ const: "on" }))).toEqualTypeOf<"on">();
    expectTypeOf(typed(jsonSchema({ enum: ["on", 1, null] }))).toEqualTypeOf<"on" | 1 | null>();
    expectTypeOf(typed(jsonSchema({ type: "string", enum: ["a", "b"] }))).toEqualTypeOf<"a" | "b">();
  });

  test("objects with required and optional members", () => {
    const schema = jsonSchema({
      type: "object",
      properties: { a: { type: "number" }, b: { type: "string" }, any: true },
      required: ["a"],
      additionalProperties: false,
    });
    expectTypeOf(typed(schema)).toEqualTypeOf<{ a: number; b?: string; any?: unknown }>();
  });

  test("required members that are not described", () => {
    expectTypeOf(
      typed(jsonSchema({ type: "object", properties: { a: { type: "number" } }, required: ["z"] })),
    ).toEqualTypeOf<{ a?: number; z: unknown }>();
  });

  test("objects of any member", () => {
    expectTypeOf(typed(jsonSchema({ type: "object" })).x).toEqualTypeOf<unknown>();
    expectTypeOf(
      typed(jsonSchema({ type: "object", additionalProperties: { type: "number" } })).x,
    ).toEqualTypeOf<number | undefined>();
    const mixed = typed(
      jsonSchema({
        type: "object",
        properties: { a: { type: "number" } },
        required: ["a"],
        additionalProperties: { type: "string" },
      }),
    );
    expectTypeOf(mixed.a).toEqualTypeOf<number>();
    expectTypeOf(mixed.other).toEqualTypeOf<string | number | undefined>();
  });

  test("arrays and tuples", () => {
    expectTypeOf(typed(jsonSchema({ type: "array" }))).toEqualTypeOf<unknown[]>();
    expectTypeOf(typed(jsonSchema({ type: "array", items: { type: "string" } }))).toEqualTypeOf<string[]>();
    const prefixItems = [{ type: "string" }, { type: "number" }] as const;
    expectTypeOf(typed(jsonSchema({ type: "array", prefixItems, items: false }))).toEqualTypeOf<
      [string?, number?]
    >();
    expectTypeOf(
      typed(jsonSchema({ type: "array", prefixItems, items: { type: "boolean" }, minItems: 2 })),
    ).toEqualTypeOf<[string, number, ...boolean[]]>();
  });

  test("alternatives", () => {
    expectTypeOf(typed(jsonSchema({ anyOf: [{ type: "string" }, { type: "number" }] }))).toEqualTypeOf<
      string | number
    >();
    const shape = typed(
      jsonSchema({
        oneOf: [
          {
            type: "object",
            properties: { kind: { const: "a" }, x: { type: "number" } },
            required: ["kind", "x"],
          },
          { type: "object", properties: { kind: { const: "b" } }, required: ["kind"] },
        ],
      }),
    );
    expectTypeOf(shape).toEqualTypeOf<{ kind: "a"; x: number } | { kind: "b" }>();
  });

  test("alternatives that only narrow leave the type as it is", () => {
    expectTypeOf(
      typed(jsonSchema({ type: "string", anyOf: [{ minLength: 2 }, { pattern: "^x" }] })),
    ).toEqualTypeOf<string>();
  });

  test("is unknown for what is not understood", () => {
    expectTypeOf(typed(jsonSchema({}))).toEqualTypeOf<unknown>();
    expectTypeOf(typed(jsonSchema({ $ref: "#/$defs/a", $defs: { a: true } }))).toEqualTypeOf<unknown>();
    const wide: JsonSchema = { type: "string" };
    expectTypeOf(typed(jsonSchema(wide))).toEqualTypeOf<unknown>();
    const loose = { type: "string" };
    expectTypeOf(typed(jsonSchema(loose))).toEqualTypeOf<unknown>();
  });

  test("is unknown beyond twelve levels", () => {
    const deep = (levels: number): JsonSchema =>
      levels === 0 ? { type: "string" } : { type: "array", items: deep(levels - 1) };
    expectTypeOf(typed(jsonSchema(deep(20)))).toEqualTypeOf<unknown>();
    type Twelve = { type: "array"; items: { type: "array"; items: { type: "array"; items: Six } } };
    type Six = { type: "array"; items: { type: "array"; items: { type: "array"; items: Three } } };
    type Three = { type: "array"; items: { type: "array"; items: { type: "array"; items: One } } };
    type One = {
      type: "array";
      items: { type: "array"; items: { type: "array"; items: { type: "array" } } };
    };
    const literal = (): Twelve => deep(13) as unknown as Twelve;
    const levels = typed(jsonSchema(literal()));
    expectTypeOf(levels).toEqualTypeOf<unknown[][][][][][][][][][][][][]>();
  });

  test("an explicit type takes its place", () => {
    interface Point {
      x: number;
    }
    expectTypeOf(jsonSchema<Point>({ type: "object" })).toEqualTypeOf<StandardSchema<Point>>();
  });

  test("a type that the context asks for does not", () => {
    const take = <T>(schema: StandardSchema<T>, handler: (value: T) => void): unknown => [schema, handler];
    take(jsonSchema({ type: "object", properties: { a: { type: "number" } }, required: ["a"] }), (value) => {
      expectTypeOf(value).toEqualTypeOf<{ a: number }>();
    });
  });

  test("is what the protocol's own helpers find", () => {
    const input = <S>(_: S): InferInput<S> => ({}) as InferInput<S>;
    const output = <S>(_: S): InferOutput<S> => ({}) as InferOutput<S>;
    const schema = jsonSchema({ type: "array", items: { type: "string" } });
    expectTypeOf(input(schema)).toEqualTypeOf<string[]>();
    expectTypeOf(output(schema)).toEqualTypeOf<string[]>();
  });
});
