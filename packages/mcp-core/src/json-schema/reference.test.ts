import { describe, expect, test } from "vitest";
import type { JsonObject } from "../jsonrpc/messages.js";
import { compileJsonSchema } from "./compile.js";

const fits = (schema: JsonObject, value: unknown): boolean => compileJsonSchema(schema).validate(value).valid;

const string = { type: "string" };

describe("$ref", () => {
  test.each<[string, JsonObject]>([
    ["a place in $defs", { $ref: "#/$defs/a", $defs: { a: string } }],
    ["a place with escapes", { $ref: "#/$defs/a~1b~0c%25", $defs: { "a/b~c%": string } }],
    ["a place in an array", { $ref: "#/$defs/a/anyOf/0", $defs: { a: { anyOf: [string] } } }],
    ["a place that no keyword knows", { $ref: "#/shared/a", shared: { a: string } }],
    ["an anchor", { $ref: "#a", $defs: { x: { $anchor: "a", ...string } } }],
    [
      "an embedded resource by URI",
      { $ref: "https://example.com/a", $defs: { x: { $id: "https://example.com/a", ...string } } },
    ],
    [
      "one by a relative URI",
      { $id: "https://example.com/root", $ref: "a", $defs: { x: { $id: "/a", ...string } } },
    ],
    ["one without any absolute URI", { $ref: "a.json", $defs: { x: { $id: "a.json", ...string } } }],
    ["a URN", { $ref: "urn:x:y", $defs: { x: { $id: "urn:x:y", ...string } } }],
    [
      "a place in an embedded resource",
      { $ref: "urn:x#/$defs/y", $defs: { x: { $id: "urn:x", $defs: { y: string } } } },
    ],
    ["what refers further", { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: string } }],
  ])("leads to %s", (_, schema) => {
    expect(fits(schema, "a")).toBe(true);
    expect(fits(schema, 1)).toBe(false);
  });

  test("leads to true and false", () => {
    expect(fits({ $ref: "#/$defs/a", $defs: { a: true } }, 1)).toBe(true);
    expect(fits({ $ref: "#/$defs/a", $defs: { a: false } }, 1)).toBe(false);
  });

  test("applies beside its siblings in 2020-12, and instead of them in draft-07", () => {
    const schema = { $ref: "#/definitions/a", maxLength: 1, definitions: { a: string } };
    expect(fits(schema, "ab")).toBe(false);
    expect(fits({ ...schema, $schema: "http://json-schema.org/draft-07/schema#" }, "ab")).toBe(true);
  });

  test("recurses", () => {
    const tree = { type: "object", properties: { children: { type: "array", items: { $ref: "#" } } } };
    expect(fits(tree, { children: [{ children: [] }, {}] })).toBe(true);
    expect(fits(tree, { children: [{ children: [1] }] })).toBe(false);
  });

  test("is no reference where it stands in a value", () => {
    expect(fits({ const: { $ref: "https://example.com/a" } }, { $ref: "https://example.com/a" })).toBe(true);
    expect(fits({ properties: { $ref: string } }, { $ref: "a" })).toBe(true);
  });
});

describe("$dynamicRef", () => {
  const list = {
    $id: "urn:list",
    type: "array",
    items: { $dynamicRef: "#item" },
    $defs: { item: { $dynamicAnchor: "item" } },
  };
  const strings = {
    $id: "urn:strings",
    $ref: "urn:list",
    $defs: { item: { $dynamicAnchor: "item", ...string }, list },
  };

  test("leads to the outermost schema that has the anchor", () => {
    expect(fits(strings, ["a"])).toBe(true);
    expect(fits(strings, [1])).toBe(false);
    expect(fits(list, [1])).toBe(true);
  });

  test("forgets a schema that was left", () => {
    const schema = { allOf: [strings, { $ref: "urn:list" }] };
    expect(fits({ anyOf: [strings, { $ref: "urn:list" }] }, [1])).toBe(true);
    expect(fits(schema, [1])).toBe(false);
  });

  test("is a plain reference where the anchor is a plain one", () => {
    const schema = {
      $ref: "urn:in",
      $defs: {
        in: { $id: "urn:in", $dynamicRef: "#a", $defs: { a: { $anchor: "a", ...string } } },
        a: { $dynamicAnchor: "a" },
      },
    };
    expect(fits(schema, 1)).toBe(false);
  });
});

describe("dialects", () => {
  test("2020-12 is the default and may be named", () => {
    const $schema = "https://json-schema.org/draft/2020-12/schema";
    for (const schema of [
      { prefixItems: [string] },
      { $schema, prefixItems: [string] },
      { $schema: `${$schema}#`, prefixItems: [string] },
    ]) {
      expect(fits(schema, [1])).toBe(false);
    }
  });

  test("draft-07 has its own words, and none of the later ones", () => {
    const $schema = "http://json-schema.org/draft-07/schema#";
    expect(fits({ $schema, items: [string] }, [1])).toBe(false);
    expect(fits({ $schema, prefixItems: [string], unevaluatedItems: false }, [1])).toBe(true);
    expect(fits({ $schema, $ref: "#a", definitions: { x: { $id: "#a", ...string } } }, 1)).toBe(false);
  });

  test("a subschema may name another one", () => {
    const old = { $schema: "http://json-schema.org/draft-07/schema#", items: [string] };
    expect(fits({ properties: { old } }, { old: [1] })).toBe(false);
  });
});
