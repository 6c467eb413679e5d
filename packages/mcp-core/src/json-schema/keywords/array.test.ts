import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { issuesOf } from "../issues-of.js";

const draft07 = { $schema: "http://json-schema.org/draft-07/schema#" };

test.each<[JsonObject, unknown[], unknown[], string]>([
  [{ minItems: 1 }, [1], [], "expected at least 1 item, got 0"],
  [{ maxItems: 2 }, [1, 2], [1, 2, 3], "expected at most 2 items, got 3"],
  [{ items: { type: "number" } }, [1], [1, "2"], "[1]: expected a number, got string"],
  [
    { prefixItems: [{ type: "null" }, { type: "string" }] },
    [null],
    [null, 1],
    "[1]: expected a string, got number",
  ],
  [{ prefixItems: [true], items: false }, [1], [1, 2], "expected at most 1 item, got 2"],
  [
    { prefixItems: [true], items: { type: "string" } },
    [1, "a"],
    [1, 2],
    "[1]: expected a string, got number",
  ],
  [
    { uniqueItems: true },
    [1, "1", true, [1], { a: 1 }],
    [1, { a: 1, b: 2 }, { b: 2, a: 1 }],
    "expected no two equal items, but 1 and 2 are",
  ],
  [
    { contains: { type: "null" } },
    [1, null],
    [1],
    'expected at least 1 of the items to fit "contains", but 0 do',
  ],
  [{ contains: { type: "null" }, minContains: 0 }, [1], [], ""],
  [
    { contains: true, maxContains: 1 },
    [1],
    [1, 2],
    'expected 1 to 1 of the items to fit "contains", but 2 do',
  ],
  [
    { ...draft07, items: [{ type: "string" }], additionalItems: { type: "null" } },
    ["a", null],
    ["a", 1],
    "[1]: expected null, got number",
  ],
  [
    { ...draft07, items: [{ type: "string" }], additionalItems: false },
    ["a"],
    ["a", 1],
    "expected at most 1 item, got 2",
  ],
  [
    { ...draft07, items: { type: "string" }, additionalItems: false },
    ["a", "b"],
    [1],
    "[0]: expected a string, got number",
  ],
])("%j takes %j and refuses %j", (schema, good, bad, message) => {
  expect(issuesOf(schema, good)).toEqual([]);
  expect(issuesOf(schema, bad)).toEqual(message === "" ? [] : [message]);
  expect(issuesOf(schema, { length: 0 })).toEqual([]);
});

describe("uniqueItems", () => {
  test("keeps apart what only looks alike", () => {
    expect(
      issuesOf({ uniqueItems: true }, [0, "0", false, null, "null", [], {}, "[]", "{}", [0], ["0"]]),
    ).toEqual([]);
    expect(issuesOf({ uniqueItems: true }, ['{"a":1}', { a: 1 }, '\u0000{"a":1}'])).toEqual([]);
    expect(issuesOf({ uniqueItems: true }, [0, -0])).toHaveLength(1);
    expect(issuesOf({ uniqueItems: false }, [0, 0])).toEqual([]);
  });

  test("finds a repeated item wherever it is, and none where there is none", () => {
    const canonical = (value: unknown): string => JSON.stringify(value);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(fc.integer(), fc.string(), fc.array(fc.nat(3))), { selector: canonical }),
        fc.nat(),
        (items, at) => {
          expect(issuesOf({ uniqueItems: true }, items)).toEqual([]);
          if (items.length === 0) return;
          const again: unknown = JSON.parse(canonical(items[at % items.length]));
          expect(issuesOf({ uniqueItems: true }, [...items, again])).toHaveLength(1);
        },
      ),
    );
  });
});
