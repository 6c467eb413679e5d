import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { compileJsonSchema } from "../compile.js";
import { issuesOf } from "../issues-of.js";

test.each<[JsonObject, string, string, string]>([
  [{ minLength: 2 }, "ab", "a", "expected at least 2 characters, got 1"],
  [{ maxLength: 1 }, "a", "abc", "expected at most 1 character, got 3"],
  [{ pattern: "^a+$" }, "aa", "ab", 'expected a string that matches "^a+$", got "ab"'],
])("%j takes %j and refuses %j", (schema, good, bad, message) => {
  expect(issuesOf(schema, good)).toEqual([]);
  expect(issuesOf(schema, bad)).toEqual([message]);
  expect(issuesOf(schema, 1)).toEqual([]);
});

test("length counts code points, not code units", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 20 }), fc.nat(22), (text, limit) => {
      const count = Array.from(text).length;
      expect(issuesOf({ minLength: limit }, text).length === 0).toBe(count >= limit);
      expect(issuesOf({ maxLength: limit }, text).length === 0).toBe(count <= limit);
    }),
  );
});

test("patterns are not anchored, read code points, and keep no state", () => {
  const { validate } = compileJsonSchema({ pattern: "b\\p{L}" });
  for (let round = 0; round < 3; round += 1) expect(validate("abc").valid).toBe(true);
  expect(issuesOf({ pattern: "^.$" }, "🐲")).toEqual([]);
});

test("a pattern that only the older syntax takes is taken", () => {
  expect(issuesOf({ pattern: "^[\\w-\\.]+$" }, "a-b.c")).toEqual([]);
});

test("format and the content keywords judge nothing", () => {
  const schema = { format: "email", contentEncoding: "base64", contentMediaType: "application/json" };
  expect(issuesOf(schema, "{ no @")).toEqual([]);
});
