import { describe, expect, it } from "vitest";
import type { JsonObject } from "../jsonrpc/messages.js";
import { mirroredParameters } from "./mirrored-parameters.js";
import { valueAt } from "./value-at.js";

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "object",
  properties,
  ...more,
});
const region = { type: "string", "x-mcp-header": "Region" };
const problemOf = (schema: JsonObject): string => {
  const mirrored = mirroredParameters(schema);
  return mirrored.ok ? "" : mirrored.problem;
};

describe("the parameters a header repeats", () => {
  it("are the annotated ones, however deep, in the order of the schema", () => {
    const schema = object({
      region,
      query: { type: "string" },
      page: object({ size: { type: "integer", "x-mcp-header": "Page-Size" } }, { required: ["size"] }),
      dry: { type: "boolean", "x-mcp-header": "Method" },
    });
    expect(mirroredParameters(schema)).toEqual({
      ok: true,
      parameters: [
        { header: "Mcp-Param-Region", path: ["region"] },
        { header: "Mcp-Param-Page-Size", path: ["page", "size"] },
        { header: "Mcp-Param-Method", path: ["dry"] },
      ],
    });
  });

  it("are none where the word is no annotation", () => {
    const schema = object(
      { "x-mcp-header": { type: "string" }, items: { type: "array", default: [{ "x-mcp-header": "" }] } },
      {
        required: ["x-mcp-header"],
        examples: [{ "x-mcp-header": "a b" }],
        properties2: true,
        dependentSchemas: { "x-mcp-header": { minProperties: 2 } },
      },
    );
    expect(mirroredParameters(schema)).toEqual({ ok: true, parameters: [] });
  });

  it.each(["", "My Region", "Region:Primary", "Région", "Region\t1", "a\r\nb", 5, null, {}])(
    "cannot be named %j",
    (name) => {
      expect(problemOf(object({ region: { type: "string", "x-mcp-header": name } }))).toContain(
        "x-mcp-header must be a name",
      );
    },
  );

  it.each(["number", "array", "object", "null", undefined, ["string", "null"]])(
    "cannot be of type %j",
    (type) => {
      const annotated = { ...(type !== undefined && { type }), "x-mcp-header": "Region" };
      expect(problemOf(object({ place: object({ region: annotated }) }))).toMatch(
        /"Region" must be on a string, an integer or a boolean, but the "type" of "place\.region" is /,
      );
    },
  );

  it.each(["Region", "REGION"])("cannot share a name: %s", (name) => {
    const schema = object({ region, place: object({ area: { type: "string", "x-mcp-header": name } }) });
    expect(problemOf(schema)).toContain('on "place.area" and on "region"');
  });

  it.each<[string, JsonObject]>([
    ["the root", { ...object({}), "x-mcp-header": "Region" }],
    ["items", object({ list: { type: "array", items: object({ region }) } })],
    ["prefixItems", object({ list: { type: "array", prefixItems: [region] } })],
    ["additionalProperties", object({}, { additionalProperties: region })],
    ["patternProperties", object({}, { patternProperties: { "^r": region } })],
    ["oneOf", object({ place: { oneOf: [region, { type: "null" }] } })],
    ["anyOf", object({}, { anyOf: [object({ region })] })],
    ["allOf", object({}, { allOf: [object({ region })] })],
    ["not", object({}, { not: object({ region }) })],
    ["if", object({}, { if: object({ region }) })],
    ["then", object({}, { then: object({ region }) })],
    ["else", object({}, { else: object({ region }) })],
    ["dependentSchemas", object({}, { dependentSchemas: { a: object({ region }) } })],
    ["a $ref", object({ region: { $ref: "#/$defs/region" } }, { $defs: { region } })],
    ["definitions", object({}, { definitions: { place: object({ region }) } })],
  ])("cannot stand in %s", (_, schema) => {
    expect(problemOf(schema)).toBe(
      'x-mcp-header "Region" must be on a property that nothing but "properties" leads to',
    );
  });
});

describe("the value of a parameter", () => {
  it("is what stands at its path", () => {
    expect(valueAt({ a: { b: false } }, ["a", "b"])).toBe(false);
    expect(valueAt({ a: { b: null } }, ["a", "b"])).toBeNull();
  });

  it.each<[JsonObject, string[]]>([
    [{}, ["a"]],
    [{ a: null }, ["a", "b"]],
    [{ a: "text" }, ["a", "length"]],
    [{ a: ["x"] }, ["a", "0"]],
    [{}, ["constructor", "name"]],
  ])("is missing in %j at %j", (args, path) => {
    expect(valueAt(args, path)).toBeUndefined();
  });
});
