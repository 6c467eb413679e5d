import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { relativeReference } from "./reference.js";

/** As a proxy may put it before all paths of a server. */
const PREFIXES = ["", "/prefix", "/a/b", "/a:b", "//x"];

/** The path that a client finds by the reference, at each address that the server may have. */
function found(from: string, reference: string): string[] {
  return PREFIXES.map((prefix) => {
    const { pathname, search } = new URL(
      `${reference}?session=x`,
      `https://mcp.example${prefix}${from}?own=1`,
    );
    expect(search).toBe("?session=x");
    return pathname;
  });
}

describe("the reference from one path to another", () => {
  it.each([
    ["/sse", "/messages", "messages"],
    ["/a/sse", "/a/messages", "messages"],
    ["/a/sse", "/a/b/messages", "b/messages"],
    ["/a/sse", "/x", "../x"],
    ["/a/b/sse", "/a/c/d", "../c/d"],
    ["/a/b/c", "/x/y/z", "../../x/y/z"],
    ["/sse/", "/messages", "../messages"],
    ["/sse", "/sse/messages", "sse/messages"],
    ["/sse/", "/sse/messages", "messages"],
    ["/sse", "/messages/", "messages/"],
    ["/sse", "/", "./"],
    ["/a/sse", "/a/", "./"],
    ["/a/sse", "/", "../"],
    ["/sse", "/a:b", "./a:b"],
    ["/a/sse", "/a:b", "../a:b"],
    ["/sse", "//x", ".//x"],
  ])("from %s to %s is %s", (from, to, reference) => {
    expect(relativeReference(from, to)).toBe(reference);
    expect(found(from, reference)).toEqual(PREFIXES.map((prefix) => prefix + to));
  });

  it("leads there, whatever the paths and what a proxy puts before them", () => {
    const segment = fc.constantFrom(
      "",
      "a",
      "b",
      "sse",
      "a:b",
      "http:",
      "%41",
      "a;b=c",
      "a,b",
      "~",
      "é".normalize(),
    );
    const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => {
      const { pathname } = new URL(`http://localhost/${segments.join("/")}`);
      return pathname;
    });
    const property = fc.property(path, path, (from, to) => {
      fc.pre(from !== to);
      expect(found(from, relativeReference(from, to))).toEqual(PREFIXES.map((prefix) => prefix + to));
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
