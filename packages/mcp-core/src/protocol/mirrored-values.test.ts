import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMirroredValue, encodeMirroredValue, isMirrorable, isMirrorOf } from "./mirrored-values.js";

describe("a value of the body in a header", () => {
  it.each([
    ["us-west1", "us-west1"],
    ["us west 1", "us west 1"],
    ["file:///path/to/file%20name.txt?a=1#b", "file:///path/to/file%20name.txt?a=1#b"],
    ["", ""],
    [true, "true"],
    [false, "false"],
    [42, "42"],
    [-7, "-7"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991"],
    ["Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="],
    ["日本語", "=?base64?5pel5pys6Kqe?="],
    [" padded ", "=?base64?IHBhZGRlZCA=?="],
    [" us-west1", "=?base64?IHVzLXdlc3Qx?="],
    ["us-west1 ", "=?base64?dXMtd2VzdDEg?="],
    [" us-west1 ", "=?base64?IHVzLXdlc3QxIA==?="],
    ["\tindented", "=?base64?CWluZGVudGVk?="],
    ["a\tb", "=?base64?YQli?="],
    ["line1\nline2", "=?base64?bGluZTEKbGluZTI=?="],
    ["line1\r\nline2", "=?base64?bGluZTENCmxpbmUy?="],
    ["=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="],
    ["=?base64?=", "=?base64?PT9iYXNlNjQ/PQ==?="],
    ["=?base64?SGVsbG8=", "=?base64?SGVsbG8="],
    ["=?BASE64?SGVsbG8=?=", "=?BASE64?SGVsbG8=?="],
  ])("%j is written %j, and read back", (value, header) => {
    expect(encodeMirroredValue(value)).toBe(header);
    expect(decodeMirroredValue(header)).toBe(String(value));
  });

  it("comes back as it was, whatever it is, through nothing but what a header may have", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string(),
      fc.string().map((inner) => `=?base64?${inner}?=`),
    );
    fc.assert(
      fc.property(fc.oneof(text, fc.maxSafeInteger(), fc.boolean()), (value) => {
        const header = encodeMirroredValue(value);
        expect(header).toMatch(/^(?:[!-~](?:[ -~]*[!-~])?)?$/);
        const said = decodeMirroredValue(` ${header}\t`);
        expect(said).toBe(String(value));
        expect(isMirrorOf(said ?? "", value)).toBe(true);
      }),
    );
  });

  it.each([Number.MAX_SAFE_INTEGER + 1, -(2 ** 53), Infinity, NaN, "a\ud800b"])(
    "that is %j cannot be written",
    (value) => {
      expect(() => encodeMirroredValue(value)).toThrow(TypeError);
    },
  );

  it.each([null, undefined, {}, [], 2 ** 53, NaN])("that is %j is none that a header repeats", (value) => {
    expect(isMirrorable(value)).toBe(false);
  });
});

describe("a header", () => {
  it.each([
    ["SGVsbG8=", "SGVsbG8="],
    ["=?base64?SGVsbG8=", "=?base64?SGVsbG8="],
    ["SGVsbG8=?=", "SGVsbG8=?="],
    ["=?Base64?SGVsbG8=?=", "=?Base64?SGVsbG8=?="],
    ["=?base64?=", "=?base64?="],
    ["a\tb", "a\tb"],
    [" \t foo \t", "foo"],
    [" =?base64?SGVsbG8=?= ", "Hello"],
    ["=?base64??=", ""],
    ["=?base64?77u/YQ==?=", "\ufeffa"],
  ])("%j says %j", (header, said) => {
    expect(decodeMirroredValue(header)).toBe(said);
  });

  it.each([
    ["without padding", "=?base64?SGVsbG8?="],
    ["with other characters", "=?base64?SGVs!!!bG8=?="],
    ["with a blank in it", "=?base64?SGVs bG8=?="],
    ["of the alphabet for URLs", "=?base64?8J-YgA==?="],
    ["padded too much", "=?base64?SGVsbG8===?="],
    ["of a single character", "=?base64?S?="],
    ["of bytes that are no UTF-8", "=?base64?/w==?="],
    ["of a surrogate", "=?base64?7aCA?="],
  ])("with base64 %s is malformed", (_, header) => {
    expect(decodeMirroredValue(header)).toBeUndefined();
  });

  it.each(["é", "日本", "a\nb", "a\r", "\0", "a\x7f", "\u00a0a"])(
    "with characters as in %j is malformed",
    (header) => {
      expect(decodeMirroredValue(header)).toBeUndefined();
    },
  );

  it.each<[string, number, boolean]>([
    ["42", 42, true],
    ["42.0", 42, true],
    ["042", 42, true],
    ["-0", 0, true],
    ["1.5", 1.5, true],
    ["9007199254740991.00", Number.MAX_SAFE_INTEGER, true],
    ["43", 42, false],
    ["42.00000000000000000001", 42, false],
    ["0x2a", 42, false],
    ["4.2e1", 42, false],
    ["", 0, false],
    ["true", 1, false],
  ])("that says %j about %d: %j", (said, value, agrees) => {
    expect(isMirrorOf(said, value)).toBe(agrees);
  });

  it("compares strings and booleans exactly", () => {
    expect(isMirrorOf("42.0", "42")).toBe(false);
    expect(isMirrorOf("US", "us")).toBe(false);
    expect(isMirrorOf("True", true)).toBe(false);
    expect(isMirrorOf("false", true)).toBe(false);
  });
});
