import { describe, expect, it } from "vitest";
import { ResourceNotFoundError } from "../../protocol/errors.js";
import { readResultOf } from "./contents.js";

const uri = "a:b";
const contentsOf = (returned: unknown, mimeType?: string): unknown =>
  readResultOf(returned, { uri, mimeType }).contents;

const bytes = Uint8Array.from([0, 255, 16]);
const blob = "AP8Q";

describe("what the handler of a resource may return", () => {
  it.each<[string, unknown, unknown[]]>([
    ["text", "hello", [{ text: "hello" }]],
    ["empty text", "", [{ text: "" }]],
    ["bytes", bytes, [{ blob }]],
    ["no bytes", new Uint8Array(), [{ blob: "" }]],
    ["a buffer", bytes.buffer, [{ blob }]],
    ["a part of a buffer", new DataView(Uint8Array.from([9, ...bytes, 9]).buffer, 1, 3), [{ blob }]],
    ["Node's own bytes", Buffer.from(bytes), [{ blob }]],
    ["contents of text", { text: "x" }, [{ text: "x" }]],
    ["contents of base64", { blob }, [{ blob }]],
    ["contents of bytes", { blob: bytes }, [{ blob }]],
    [
      "several, each of which may say what it is",
      [{ text: "x", uri: "a:c", mimeType: "text/html", _meta: { "acme/x": 1 } }, { blob: bytes }],
      [{ text: "x", uri: "a:c", mimeType: "text/html", _meta: { "acme/x": 1 } }, { blob }],
    ],
  ])("%s", (_, returned, expected) => {
    expect(contentsOf(returned)).toEqual(expected.map((one) => ({ uri, ...(one as object) })));
    expect(contentsOf(returned, "x/y")).toEqual(
      expected.map((one) => ({ uri, mimeType: "x/y", ...(one as object) })),
    );
  });

  it.each<[string, unknown]>([
    ["an object", { theme: "dark" }],
    ["a list", [1, "two", null]],
    ["an empty list", []],
    ["an object that has text, and more", { text: "x", likes: 3 }],
    ["an object with text that is none", { text: 5 }],
    ["text and bytes at once", { text: "x", blob }],
    ["contents among other things", [{ text: "x" }, 5]],
    ["an object with contents of its own", { contents: ["x"] }],
    ["a number", 0],
    ["a boolean", false],
    ["null", null],
  ])("%s, which is sent as JSON", (_, returned) => {
    expect(contentsOf(returned)).toEqual([
      { uri, mimeType: "application/json", text: JSON.stringify(returned) },
    ]);
  });

  it("a whole result, of which contents are filled in", () => {
    const whole = { contents: [{ text: "x" }, { uri: "a:c", blob }], _meta: { "acme/x": 1 }, ttlMs: 5 };
    expect(readResultOf(whole, { uri, mimeType: "x/y" })).toEqual({
      contents: [
        { uri, mimeType: "x/y", text: "x" },
        { uri: "a:c", mimeType: "x/y", blob },
      ],
      _meta: { "acme/x": 1 },
      ttlMs: 5,
    });
  });

  it("a whole result without contents, of a resource that is empty", () => {
    expect(readResultOf({ contents: [] }, { uri, mimeType: undefined })).toEqual({ contents: [] });
  });

  it("nothing, for a resource that is not there", () => {
    expect(() => contentsOf(undefined)).toThrow(ResourceNotFoundError);
  });

  it.each<[string, unknown, RegExp]>([
    ["a function", () => 1, /function, which is not JSON/],
    ["a map", new Map(), /Map/],
    ["a promise among the data", { a: Promise.resolve() }, /Promise/],
  ])("not %s", (_, returned, message) => {
    expect(() => contentsOf(returned)).toThrow(TypeError);
    expect(() => contentsOf(returned)).toThrow(message);
  });

  it("bytes in any number", () => {
    const large = Uint8Array.from({ length: 200_001 }, (_, index) => index % 251);
    const [part] = contentsOf(large) as [{ blob: string }];
    expect(part.blob).toBe(Buffer.from(large).toString("base64"));
  });
});
