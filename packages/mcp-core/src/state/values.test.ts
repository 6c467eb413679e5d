import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteLength } from "./values.js";

describe("byteLength", () => {
  it("is the length in UTF-8", () => {
    const encoder = new TextEncoder();
    const text = fc.string({ unit: fc.constantFrom("a", "ü", "€", "\uffff", "😀") });
    fc.assert(fc.property(text, (value) => byteLength(value) === encoder.encode(value).length));
    expect(byteLength("aü€😀")).toBe(10);
  });
});
