import { describe, expect, it } from "vitest";
import { parseUriTemplate } from "./uri-template.js";

const match = (template: string, uri: string) => parseUriTemplate(template).match(uri);

describe("a URI that matches", () => {
  it.each<[string, string, Record<string, string | string[]>]>([
    ["note://{id}", "note://42", { id: "42" }],
    ["note://{id}", "note://a%2Fb%20%C3%A9", { id: "a/b é" }],
    ["note://{id}", "note://a@b.com:1", { id: "a@b.com:1" }],
    ["note://{id}", "note://naïve", { id: "naïve" }],
    ["file:///{+path}", "file:///a/b.txt", { path: "a/b.txt" }],
    ["{+path}/raw", "a/b/raw", { path: "a/b" }],
    ["{+path}/raw", "a/raw/raw", { path: "a/raw" }],
    ["{a}-{b}", "x-y-z", { a: "x-y", b: "z" }],
    ["{a}{b}", "xyz", { a: "xy", b: "z" }],
    ["{a}{b}", "x%C3%A9", { a: "x", b: "é" }],
    ["{x}:{+p}", "a:b:c", { x: "a", p: "b:c" }],
    ["{name}{.ext}", "a.tar.gz", { name: "a.tar", ext: "gz" }],
    ["{.ext}", ".tar.gz", { ext: "tar.gz" }],
    ["www{.dom*}", "www.example.com", { dom: ["example", "com"] }],
    ["{x,y}", "1,2", { x: "1", y: "2" }],
    ["{x,y*}", "1,2,3", { x: "1", y: ["2", "3"] }],
    ["{x,y*}", "1", { x: "1", y: [] }],
    ["{x*,y}", "1,2,3", { x: ["1", "2"], y: "3" }],
    ["{/a,b}", "/1/2", { a: "1", b: "2" }],
    ["f:{/seg*}", "f:/a//b", { seg: ["a", "", "b"] }],
    ["f:{/seg*}", "f:", { seg: [] }],
    ["f:{/seg*,last}", "f:/a/b/c", { seg: ["a", "b"], last: "c" }],
    ["f:{/seg*}/end", "f:/a/end/end", { seg: ["a", "end"] }],
    ["{#f}", "#a/b?c", { f: "a/b?c" }],
    ["{+x,y}", "a,b,c", { x: "a,b", y: "c" }],
    ["f:{;v,w}/x", "f:;w=2;v/x", { w: "2", v: "" }],
    ["f:{;v*}", "f:;v=1;v;v=", { v: ["1", "", ""] }],
    ["a{?q,r*}", "a", {}],
    ["a{?q,r*}", "a?r=1&q=x&r=2", { q: "x", r: ["1", "2"] }],
    ["a{?q}", "a?q=", { q: "" }],
    ["a{?q}", "a?q", { q: "" }],
    ["a{?q}", "a?q=/b?c=d+e,f", { q: "/b?c=d+e,f" }],
    ["a?v=1{&q,r}", "a?v=1&r=2", { r: "2" }],
    ["a{?q}{&r}{#f}", "a?q=1&r=2#3", { q: "1", r: "2", f: "3" }],
    ["a{?q}b", "a?q=bb", { q: "b" }],
    ["a{&q}&q=2", "a&q=1&q=2", { q: "1" }],
    ["a{?q:2}b", "a?q=xyb", { q: "xy" }],
    ["{x:3}{y}", "é€😀zz", { x: "é€😀", y: "zz" }],
    ["f:///{+path}{?q}", "f:///a/b?q=1", { path: "a/b", q: "1" }],
    ["f:///{+path}/raw{?q}", "f:///a/raw?q=/raw", { path: "a", q: "/raw" }],
    ["f:///{+path}{?q}", "f:///a?b", { path: "a?b" }],
    ["f:///{+path}{#f}", "f:///a#b", { path: "a", f: "b" }],
    ["café/{x}", "café/1", { x: "1" }],
    ["café/{x}", "caf%c3%a9/1", { x: "1" }],
  ])("%s reads %s", (template, uri, expected) => {
    expect(match(template, uri)).toEqual(expected);
  });

  it("may name a variable like what objects inherit", () => {
    const found = match("{__proto__}/{constructor}{?hasOwnProperty,toString}", "a/b?hasOwnProperty=c") ?? {};
    expect(Object.entries(found)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
      ["hasOwnProperty", "c"],
    ]);
    expect(Object.keys(found).includes("toString")).toBe(false);
    expect(Object.getPrototypeOf(found)).toBeNull();
  });
});

describe("a URI that does not match", () => {
  it.each([
    ["note://{id}", "note://"],
    ["note://{id}", "nope://1"],
    ["note://{id}", "NOTE://1"],
    ["note://{id}", "note://a/b"],
    ["note://{id}", "note://a?b"],
    ["note://{id}", "note://a#b"],
    ["note://{id}", "note://a,b"],
    ["note://{id}/x", "note://1/xx"],
    ["note://{id}", "note://a b"],
    ["note://{id}", "note://a\nb"],
    ["note://{id}", "note://{id}"],
    ["{+path}/raw", "/raw"],
    ["{/a,b}", "/1"],
    ["{/a}", "/"],
    ["{.a}", "."],
    ["{#a}", "#"],
    ["{x*,y}", "1"],
    ["{x:3}", "abcd"],
    ["a{?q:2}", "a?q=abc"],
    ["a{?q}", "a?"],
    ["a{?q}", "a?r=1"],
    ["a{?q}", "a?q=1&r=2"],
    ["a{?q}", "a?q=1&q=2"],
    ["a{?q}", "a?q=1&"],
    ["a{?q}", "a&q=1"],
    ["a{?q}", "a?qq=1"],
    ["a{?q}", "a?toString=1"],
  ])("%s refuses %s", (template, uri) => {
    expect(match(template, uri)).toBeUndefined();
  });

  it.each(["%", "%4", "%zz", "%FF", "%C3", "%C3x", "%A9", "%ED%A0%80", "\ud800"])(
    "because it is not validly encoded: %j",
    (text) => {
      expect(match("{+x}", `a${text}`)).toBeUndefined();
      expect(match("a{?q*}", `a?q=${text}`)).toBeUndefined();
    },
  );

  it("because it is longer than 2,048 characters", () => {
    expect(match("{x}", "a".repeat(2_048))).toEqual({ x: "a".repeat(2_048) });
    expect(match("{x}", "a".repeat(2_049))).toBeUndefined();
  });
});

/** Each would keep a matcher that backtracks busy for longer than anybody waits. */
describe("the longest URI, made to be hard", () => {
  const names = Array.from({ length: 32 }, (_, i) => `v${i}`);
  const full = (piece: string) => piece.repeat(Math.floor(2_046 / piece.length));

  it.each([
    ["values side by side", names.map((name) => `{${name}}`).join(""), `${full("a")}/`],
    ["reserved values and literals", names.map((name) => `{+${name}}a`).join(""), `${full("a")}b`],
    ["lists", names.map((name) => `{/${name}*}`).join(""), `${full("/")}?`],
    ["lists of dots", names.map((name) => `{.${name}*}`).join(""), `${full(".a")}?`],
    ["encoded characters", names.map((name) => `{${name}:9}`).join(""), full("%C3%A9")],
    ["parameters side by side", names.map((name) => `{&${name}*}`).join(""), `${full("&v31=a")}#`],
    ["parameters in each other", names.map((name) => `{?${name}*}`).join(""), `${full("?v31=")}#`],
    ["parameters, repeated", `{;${names.map((name) => `${name}*`).join()}}`, `${full(";v7=;v8")}#`],
    ["a reserved value before parameters", "{+p}{?q}{&r}{#f}x", full("?q=&r=")],
    ["long literals", `{a}${"a".repeat(1_000)}{b}${"a".repeat(1_000)}{c}`, `${full("a")}/`],
  ])("%s", (_, template, uri) => {
    expect(uri.length).toBeLessThanOrEqual(2_048);
    expect(match(template, uri)).toBeUndefined();
  });
});
