import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { issuesOf } from "../issues-of.js";

test.each<[JsonObject, number, number, string]>([
  [{ minimum: 1 }, 1, 0.9, "expected at least 1, got 0.9"],
  [{ maximum: 1 }, 1, 2, "expected at most 1, got 2"],
  [{ exclusiveMinimum: 1 }, 1.1, 1, "expected more than 1, got 1"],
  [{ exclusiveMaximum: 1 }, 0.9, 1, "expected less than 1, got 1"],
  [{ multipleOf: 0.1 }, 0.3, 0.35, "expected a multiple of 0.1, got 0.35"],
])("%j takes %d and refuses %d", (schema, good, bad, message) => {
  expect(issuesOf(schema, good)).toEqual([]);
  expect(issuesOf(schema, bad)).toEqual([message]);
  expect(issuesOf(schema, "not a number")).toEqual([]);
});

test("multiples are judged on decimals, large and small", () => {
  expect(issuesOf({ multipleOf: 0.0001 }, 0.0075)).toEqual([]);
  expect(issuesOf({ multipleOf: 0.01 }, 4.35)).toEqual([]);
  expect(issuesOf({ multipleOf: 0.5 }, 1e308)).toEqual([]);
  expect(issuesOf({ multipleOf: 0.123456789 }, 1e308)).toHaveLength(1);
  expect(issuesOf({ multipleOf: 5e-324 }, 1.7976931348623157e308)).toEqual([]);
  expect(issuesOf({ multipleOf: 7 }, -49)).toEqual([]);
});

test("any amount of cents is a multiple of a cent", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), (cents) => {
      expect(issuesOf({ multipleOf: 0.01 }, Number(`${cents}e-2`))).toEqual([]);
      expect(issuesOf({ multipleOf: 0.01 }, Number(`${cents}1e-3`))).toHaveLength(1);
    }),
  );
});
