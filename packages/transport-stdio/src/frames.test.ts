import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineReader } from "./frames.js";

interface Read {
  readonly lines: string[];
  readonly heads: string[];
}

function read(chunks: readonly Buffer[], maxBytes = 1024 * 1024): Read {
  const result: Read = { lines: [], heads: [] };
  const reader = new LineReader(maxBytes, {
    line: (text) => result.lines.push(text),
    tooLong: (head) => result.heads.push(head),
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return result;
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...[...at].sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const message = fc.record({ id: fc.integer(), text: fc.string({ unit: "grapheme", maxLength: 30 }) });
const end = fc.constantFrom("\n", "\r\n", "\n\n", "\r\n\n");

describe("LineReader", () => {
  it("reads the same messages wherever the bytes are cut", () => {
    const cuts = fc.array(fc.nat(2000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.tuple(message, end)), cuts, (messages, places) => {
        const bytes = Buffer.from(messages.map(([value, ending]) => JSON.stringify(value) + ending).join(""));
        const { lines } = read(
          cut(
            bytes,
            places.map((place) => Math.min(place, bytes.length)),
          ),
        );
        expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(messages.map(([value]) => value));
      }),
    );
  });

  it("reads the same messages when cut in two at every single byte", () => {
    const messages = ['{"text":"grün €uro 𝄞"}', '{"b":2}', "[]"];
    const bytes = Buffer.from(messages.map((text) => `${text}\r\n`).join(""));
    for (let at = 0; at <= bytes.length; at += 1) expect(read(cut(bytes, [at])).lines).toEqual(messages);
  });

  it("reads the same messages a byte at a time, whatever the limit leaves of them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme" })),
        fc.integer({ min: 1, max: 40 }),
        (texts, limit) => {
          const lines = texts.map((text) => JSON.stringify(text));
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
          const fitting = lines.filter((line) => Buffer.byteLength(line) <= limit);
          const tooLong = lines.length - fitting.length;
          for (const chunks of [[bytes], [...bytes].map((byte) => Buffer.from([byte]))]) {
            const result = read(chunks, limit);
            expect(result.lines).toEqual(fitting);
            expect(result.heads).toHaveLength(tooLong);
          }
        },
      ),
    );
  });

  it("takes a last line without an end", () => {
    expect(read([Buffer.from('{"a":1}\n{"b"'), Buffer.from(":2}")]).lines).toEqual(['{"a":1}', '{"b":2}']);
  });

  it("ignores empty lines", () => {
    expect(read([Buffer.from("\n\r\n\n1\n\n\r\n2\n\n")]).lines).toEqual(["1", "2"]);
  });

  it("does not take U+2028 or a lone carriage return for the end of a line", () => {
    expect(read([Buffer.from('"\u2028"\n"a\rb"\n')]).lines).toEqual(['"\u2028"', '"a\rb"']);
  });

  it("joins a long message of small and large parts", () => {
    const text = `"${"äbc".repeat(40_000)}"`;
    const bytes = Buffer.from(`${text}\n`);
    const sizes = [1, 5, 9000, 3, 8191, 8192, 1, 20_000, 7];
    const places = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0));
    expect(read(cut(bytes, places)).lines).toEqual([text]);
  });

  it("says at once that a line is too long, with its beginning, and reads the next one", () => {
    const events: string[] = [];
    const reader = new LineReader(10, {
      line: (text) => events.push(`line ${text}`),
      tooLong: (head) => events.push(`too long ${head}`),
    });
    reader.push(Buffer.from("0123456789a"));
    expect(events).toEqual(["too long 0123456789a"]);
    reader.push(Buffer.from("more and more"));
    reader.push(Buffer.from("and more\nnext\n"));
    reader.push(Buffer.from("0123456789\n"));
    expect(events.slice(1)).toEqual(["line next", "line 0123456789"]);
  });

  it("keeps 64 KiB of a line that is too long", () => {
    const { heads } = read([Buffer.alloc(200_000, "x"), Buffer.from("\n")], 100_000);
    expect(heads).toEqual(["x".repeat(65_536)]);
  });

  it("takes no line out of the end of one that is too long", () => {
    expect(read([Buffer.from("0123456789 tail")], 10)).toEqual({ lines: [], heads: ["0123456789 tail"] });
  });

  it("needs time in proportion to a message's size, not to its square", () => {
    // 8 million parts would take hours if each of them cost a copy of those before.
    const reader = new LineReader(16_000_000, {
      line: (text) => lengths.push(text.length),
      tooLong: () => undefined,
    });
    const lengths: number[] = [];
    const byte = Buffer.from("x");
    for (let i = 0; i < 2_000_000; i += 1) reader.push(byte);
    reader.push(Buffer.from("\n"));
    expect(lengths).toEqual([2_000_000]);
  });
});
