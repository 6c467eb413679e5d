import { describe, expect, it } from "vitest";
import { parseParts } from "./parse.js";
import { plainMatcher } from "./plain.js";
import { parseUriTemplate } from "./uri-template.js";

describe("a template that can be read in one way only", () => {
  it.each([
    "note://{id}",
    "db://{schema}/{table}",
    "file:///{+path}",
    "file:///{+path}.txt",
    "repo://{owner}/{repo}/contents{/path*}",
    "search://all{?q,limit}",
    "mail://{box}/{id}{?part}",
    "log://{service}/{date}.log",
    "x://{id}{#f}",
    "x://a{/b}{/c}",
  ])("is %s", (template) => {
    expect(plainMatcher(parseParts(template))).toBeDefined();
  });

  it.each([
    "{a}{b}",
    "{a}-{b}",
    "{a,b}",
    "{name}{.ext}",
    "{x:3}",
    "file:///{+path}{?q}",
    "f:{/seg*,last}",
    "f:{/seg*}/{id}",
    "a{?q}b",
    "a{?q}{#f}",
    "{a}%2F",
    "%C3{a}",
    "{a}A",
  ])("is not %s", (template) => {
    expect(plainMatcher(parseParts(template))).toBeUndefined();
  });

  it("takes no piece of an encoded character for text of its own", () => {
    const match = (template: string, uri: string) => parseUriTemplate(template).match(uri);
    expect(match("x:{a}A", "x:1%4A")).toBeUndefined();
    expect(match("x:%C3{a}", "x:%C3%A9")).toBeUndefined();
    expect(match("x:{a}.log", "x:%4.log")).toBeUndefined();
    expect(match("x:{a}/b", "x:%C3%A9/b")).toEqual({ a: "é" });
  });
});
