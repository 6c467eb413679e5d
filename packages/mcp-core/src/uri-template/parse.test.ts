import { describe, expect, it } from "vitest";
import { parseUriTemplate } from "./uri-template.js";

describe("a template that is refused", () => {
  it.each([
    ["{id", /"\{" .* has no counterpart/],
    ["a}b", /"\}" .* has no counterpart/],
    ["{a{b}}", /has no counterpart/],
    ["note://{}", /"\{\}" names no variable/],
    ["note://{?}", /"\{\?\}" names no variable/],
    ["{a b}", /"a b" in "\{a b\}" is no variable/],
    ["{a,}", /"" in "\{a,\}" is no variable/],
    ["{a..b}", /is no variable/],
    ["{.a.}", /is no variable/],
    ["{a-b}", /is no variable/],
    ["{%41}", /is no variable/],
    ["{é}", /is no variable/],
    ["{a:0}", /is no variable/],
    ["{a:10000}", /is no variable/],
    ["{a:}", /is no variable/],
    ["{a:3*}", /is no variable/],
    ["{a\n}", /is no variable/],
    ...["=", ",", "!", "@", "|"].map((operator): [string, RegExp] => [
      `{${operator}a}`,
      /the operator .* is reserved/,
    ]),
    ["{a}/{?a}", /the variable "a" is there twice/],
    ["{a,a*}", /the variable "a" is there twice/],
    ["a\udc00", /half of a surrogate pair/],
    ["a".repeat(2_049), /2049 characters are more than 2048/],
    [Array.from({ length: 33 }, (_, i) => `{v${i}}`).join("/"), /33 expressions are more than 32/],
    [`{${Array.from({ length: 65 }, (_, i) => `v${i}`).join()}}`, /65 variables are more than 64/],
  ])("%s", (template, problem) => {
    expect(() => parseUriTemplate(template)).toThrow(TypeError);
    expect(() => parseUriTemplate(template)).toThrow(problem);
  });

  it("what is not a string at all", () => {
    // @ts-expect-error a number is no template
    expect(() => parseUriTemplate(1)).toThrow("it must be a string");
  });
});

describe("a template that is accepted", () => {
  it("says its text and its variables, in order", () => {
    const template = parseUriTemplate("note://{id:3}{/rest*}{?q,lang*}{&r}{;s}{#f}");
    expect(template.template).toBe("note://{id:3}{/rest*}{?q,lang*}{&r}{;s}{#f}");
    expect(template.variables).toEqual([
      { name: "id", list: false, optional: false },
      { name: "rest", list: true, optional: false },
      { name: "q", list: false, optional: true },
      { name: "lang", list: true, optional: true },
      { name: "r", list: false, optional: true },
      { name: "s", list: false, optional: true },
      { name: "f", list: false, optional: false },
    ]);
  });

  it("may have no variables, no text, and names with dots", () => {
    expect(parseUriTemplate("note://all").match("note://all")).toEqual({});
    expect(parseUriTemplate("").match("")).toEqual({});
    expect(parseUriTemplate("{a.b_1}").match("x")).toEqual({ "a.b_1": "x" });
  });

  it("may be as large as the limits", () => {
    const expressions = Array.from({ length: 32 }, (_, i) => `{a${i},b${i}}`).join("/");
    const template = expressions.padEnd(2_048, "-");
    expect(parseUriTemplate(template).variables).toHaveLength(64);
  });
});
