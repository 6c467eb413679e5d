import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonCopy } from "./json-copy.js";

const throughText = (value: unknown): unknown => JSON.parse(JSON.stringify({ value })) as unknown;

describe("jsonCopy", () => {
  it("gives what a round trip through JSON text gives, for any value", () => {
    const anything = fc.anything({
      withDate: true,
      withNullPrototype: true,
      withMap: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(jsonCopy({ value })).toEqual(throughText(value));
      }),
    );
  });

  it("keeps a member named __proto__ a member", () => {
    const copy = jsonCopy(JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(Object.keys(copy as object)).toEqual(["__proto__"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((copy as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("shares nothing with the original", () => {
    const original = { list: [{ deep: 1 }] };
    const copy = jsonCopy(original) as typeof original;
    copy.list[0] = { deep: 2 };
    expect(original.list[0]).toEqual({ deep: 1 });
  });

  it("refuses a BigInt and a cycle", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(() => jsonCopy({ big: 1n })).toThrow(TypeError);
    expect(() => jsonCopy(cycle)).toThrow(/cycle/);
  });
});
