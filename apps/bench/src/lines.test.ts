import { describe, expect, it } from "vitest";
import { completeLines, countNewlines } from "./lines.js";

describe("countNewlines", () => {
  it.each([
    ["", 0],
    ["no end", 0],
    ["\n", 1],
    ["a\nb\n\nc", 3],
  ])("finds them in %j", (text, count) => {
    expect(countNewlines(Buffer.from(text))).toBe(count);
  });
});

describe("completeLines", () => {
  const bytes = Buffer.from('{"text":"ä€😀"}\n{"id":2}\n');

  it("are the same wherever the bytes are cut", () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(completeLines([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual([
        '{"text":"ä€😀"}',
        '{"id":2}',
      ]);
    }
  });

  it("are none when nothing came", () => {
    expect(completeLines([])).toEqual([]);
  });

  it("refuses a last line that has no end", () => {
    expect(() => completeLines([Buffer.from('{"id":1}\n{"id"')])).toThrow('incomplete: {"id"');
  });
});
