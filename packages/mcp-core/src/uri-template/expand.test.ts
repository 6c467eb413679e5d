import { describe, expect, it } from "vitest";
import { expandUriTemplate, parseUriTemplate } from "./uri-template.js";

/** The variables of the examples in RFC 6570, section 3.2. */
const values = {
  count: ["one", "two", "three"],
  dom: ["example", "com"],
  dub: "me/too",
  hello: "Hello World!",
  half: "50%",
  var: "value",
  who: "fred",
  base: "http://example.com/home/",
  path: "/foo/bar",
  list: ["red", "green", "blue"],
  keys: { semi: ";", dot: ".", comma: "," },
  v: "6",
  x: "1024",
  y: "768",
  empty: "",
  empty_keys: {},
  undef: null,
};

describe("expansion gives what RFC 6570 gives as examples", () => {
  it.each([
    // 3.2.1
    ["{count}", "one,two,three"],
    ["{count*}", "one,two,three"],
    ["{/count}", "/one,two,three"],
    ["{/count*}", "/one/two/three"],
    ["{;count}", ";count=one,two,three"],
    ["{;count*}", ";count=one;count=two;count=three"],
    ["{?count}", "?count=one,two,three"],
    ["{?count*}", "?count=one&count=two&count=three"],
    ["{&count*}", "&count=one&count=two&count=three"],
    // 3.2.2
    ["{var}", "value"],
    ["{hello}", "Hello%20World%21"],
    ["{half}", "50%25"],
    ["O{empty}X", "OX"],
    ["O{undef}X", "OX"],
    ["{x,y}", "1024,768"],
    ["{x,hello,y}", "1024,Hello%20World%21,768"],
    ["?{x,empty}", "?1024,"],
    ["?{x,undef}", "?1024"],
    ["?{undef,y}", "?768"],
    ["{var:3}", "val"],
    ["{var:30}", "value"],
    ["{list}", "red,green,blue"],
    ["{list*}", "red,green,blue"],
    ["{keys}", "semi,%3B,dot,.,comma,%2C"],
    ["{keys*}", "semi=%3B,dot=.,comma=%2C"],
    // 3.2.3
    ["{+var}", "value"],
    ["{+hello}", "Hello%20World!"],
    ["{+half}", "50%25"],
    ["{base}index", "http%3A%2F%2Fexample.com%2Fhome%2Findex"],
    ["{+base}index", "http://example.com/home/index"],
    ["O{+empty}X", "OX"],
    ["{+path}/here", "/foo/bar/here"],
    ["here?ref={+path}", "here?ref=/foo/bar"],
    ["up{+path}{var}/here", "up/foo/barvalue/here"],
    ["{+x,hello,y}", "1024,Hello%20World!,768"],
    ["{+path,x}/here", "/foo/bar,1024/here"],
    ["{+path:6}/here", "/foo/b/here"],
    ["{+list}", "red,green,blue"],
    ["{+list*}", "red,green,blue"],
    ["{+keys}", "semi,;,dot,.,comma,,"],
    ["{+keys*}", "semi=;,dot=.,comma=,"],
    // 3.2.4
    ["{#var}", "#value"],
    ["{#hello}", "#Hello%20World!"],
    ["{#half}", "#50%25"],
    ["foo{#empty}", "foo#"],
    ["foo{#undef}", "foo"],
    ["{#x,hello,y}", "#1024,Hello%20World!,768"],
    ["{#path,x}/here", "#/foo/bar,1024/here"],
    ["{#path:6}/here", "#/foo/b/here"],
    ["{#list*}", "#red,green,blue"],
    ["{#keys}", "#semi,;,dot,.,comma,,"],
    // 3.2.5
    ["{.who}", ".fred"],
    ["{.half}", ".50%25"],
    ["www{.dom*}", "www.example.com"],
    ["X{.var}", "X.value"],
    ["X{.empty}", "X."],
    ["X{.undef}", "X"],
    ["X{.var:3}", "X.val"],
    ["X{.list}", "X.red,green,blue"],
    ["X{.list*}", "X.red.green.blue"],
    ["X{.keys*}", "X.semi=%3B.dot=..comma=%2C"],
    ["X{.empty_keys}", "X"],
    ["X{.empty_keys*}", "X"],
    // 3.2.6
    ["{/who}", "/fred"],
    ["{/half,who}", "/50%25/fred"],
    ["{/who,dub}", "/fred/me%2Ftoo"],
    ["{/var,empty}", "/value/"],
    ["{/var,undef}", "/value"],
    ["{/var,x}/here", "/value/1024/here"],
    ["{/var:1}", "/v"],
    ["{/list*}", "/red/green/blue"],
    ["{/list*,path:4}", "/red/green/blue/%2Ffoo"],
    ["{/keys*}", "/semi=%3B/dot=./comma=%2C"],
    // 3.2.7
    ["{;who}", ";who=fred"],
    ["{;half}", ";half=50%25"],
    ["{;empty}", ";empty"],
    ["{;v,empty,who}", ";v=6;empty;who=fred"],
    ["{;v,undef,who}", ";v=6;who=fred"],
    ["{;hello:5}", ";hello=Hello"],
    ["{;list}", ";list=red,green,blue"],
    ["{;keys*}", ";semi=%3B;dot=.;comma=%2C"],
    // 3.2.8
    ["{?who}", "?who=fred"],
    ["{?x,y}", "?x=1024&y=768"],
    ["{?x,y,empty}", "?x=1024&y=768&empty="],
    ["{?x,y,undef}", "?x=1024&y=768"],
    ["{?var:3}", "?var=val"],
    ["{?list*}", "?list=red&list=green&list=blue"],
    ["{?keys*}", "?semi=%3B&dot=.&comma=%2C"],
    // 3.2.9
    ["{&who}", "&who=fred"],
    ["?fixed=yes{&x}", "?fixed=yes&x=1024"],
    ["{&x,y,empty}", "&x=1024&y=768&empty="],
    ["{&var:3}", "&var=val"],
    ["{&keys}", "&keys=semi,%3B,dot,.,comma,%2C"],
  ])("%s is %s", (template, expected) => {
    expect(parseUriTemplate(template).expand(values)).toBe(expected);
  });
});

describe("expansion", () => {
  it("leaves out lists that are empty, whatever the operator", () => {
    for (const operator of ["", "+", "#", ".", "/", ";", "?", "&"]) {
      for (const explode of ["", "*"]) {
        expect(parseUriTemplate(`a{${operator}q${explode}}b`).expand({ q: [] })).toBe("ab");
      }
    }
  });

  it("counts the characters of a prefix as code points", () => {
    expect(parseUriTemplate("{x:2}").expand({ x: "😀é!" })).toBe("%F0%9F%98%80%C3%A9");
  });

  it("writes numbers and truth values as text, in every form", () => {
    expect(parseUriTemplate("{a}{+b*}{?c,d*}").expand({ a: 0, b: [1, 2], c: false, d: { e: 3 } })).toBe(
      "01,2?c=false&e=3",
    );
  });

  it("encodes literals as far as a URI needs it", () => {
    expect(parseUriTemplate("café/%2f?a=[b] c").expand({})).toBe("caf%C3%A9/%2f?a=[b]%20c");
  });

  it("encodes a percent sign that encodes nothing, and what is beside it", () => {
    expect(parseUriTemplate("é%9/{+x}/{y}{#z*}").expand({ x: "é%9%41%", y: "%41", z: ["%", "%4"] })).toBe(
      "%C3%A9%259/%C3%A9%259%41%25/%2541#%25,%254",
    );
  });

  it("takes no value from a prototype", () => {
    const template = parseUriTemplate("a{constructor}{__proto__}{?toString}");
    expect(template.expand({})).toBe("a");
    const own = Object.fromEntries([
      ["constructor", "c"],
      ["__proto__", "p"],
      ["toString", "t"],
    ]);
    expect(template.expand(own)).toBe("acp?toString=t");
  });

  it("refuses values that no URI can carry, and names the variable", () => {
    const template = parseUriTemplate("note://{id}");
    expect(() => template.expand({ id: "\ud800" })).toThrow(/"id" must be text, .* half of a surrogate pair/);
    // @ts-expect-error a function is no value
    expect(() => template.expand({ id: () => 1 })).toThrow(TypeError);
    // @ts-expect-error a list of lists is no value
    expect(() => template.expand({ id: [["a"]] })).toThrow(/"id" must be text/);
  });

  it("checks the values against a template that the compiler knows", () => {
    expect(expandUriTemplate("note://{id}{?q,lang*}", { id: "a b", lang: ["de", "en"] })).toBe(
      "note://a%20b?lang=de&lang=en",
    );
    // @ts-expect-error the id is missing
    expect(expandUriTemplate("note://{id}", {})).toBe("note://");
    expect(expandUriTemplate(["note://", "{id}"].join(""), { id: "1", other: "2" })).toBe("note://1");
  });
});
