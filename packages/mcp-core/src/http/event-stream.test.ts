import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventParser, EventTooLargeError } from "./event-parser.js";
import { commentText, eventText, retryText } from "./event-text.js";

/** Everything that is read from pieces of text, in order. */
function read(...pieces: readonly string[]): unknown[] {
  const found: unknown[] = [];
  const parser = new EventParser(
    {
      event: ({ event, data }) => found.push([event, data, parser.lastEventId]),
      retry: (ms) => found.push(ms),
      comment: () => found.push("comment"),
    },
    { maxEventLength: 100 },
  );
  for (const piece of pieces) parser.push(piece);
  return found;
}

describe("eventText", () => {
  it("writes data alone, and with its fields", () => {
    expect(eventText("{}")).toBe("data: {}\n\n");
    expect(eventText("{}", { id: "a.1", event: "message", retry: 500 })).toBe(
      "event: message\nid: a.1\nretry: 500\ndata: {}\n\n",
    );
    expect(eventText("", { id: "a.1" })).toBe("id: a.1\ndata: \n\n");
  });

  it.each([{ id: "a\nb" }, { id: "a\0b" }, { event: "a\rb" }])(
    "refuses %j, which would be read otherwise",
    (fields) => {
      expect(() => eventText("", fields)).toThrow(TypeError);
    },
  );
});

describe("retryText", () => {
  it.each([0, 1500, Number.MAX_SAFE_INTEGER])("is read as %d ms, and as no event", (ms) => {
    expect(read(retryText(ms))).toEqual([ms]);
  });

  it.each([1.5, -1, NaN, Infinity, 1e21])("refuses %d, which would not be read, as eventText does", (ms) => {
    expect(() => retryText(ms)).toThrow(new RegExp(`^The retry .* not ${String(ms).replace("+", "\\+")}$`));
    expect(() => eventText("", { retry: ms })).toThrow(RangeError);
  });
});

describe("EventParser", () => {
  it("reads what eventText writes, however it is cut", () => {
    const data = fc.array(fc.constantFrom("a", ":", " ", "\n", "é", "{"), { minLength: 1, maxLength: 20 });
    const events = fc.array(
      data.map((parts) => parts.join("")).filter((text) => text !== ""),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(events, fc.array(fc.nat(100)), (texts, cuts) => {
        const text = texts.map((each, index) => eventText(each, { id: String(index) })).join("");
        const points = [
          ...new Set([0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length]),
        ];
        const pieces = points.slice(1).map((end, index) => text.slice(points[index], end));
        expect(read(...pieces)).toEqual(texts.map((each, index) => ["message", each, String(index)]));
      }),
    );
  });

  it.each([
    ["LF", "data: a\ndata: b\n\ndata: c\n\n"],
    ["CR", "data: a\rdata: b\r\rdata: c\r\r"],
    ["CRLF", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n"],
  ])("knows %s as the end of a line, also one character at a time", (_name, text) => {
    const expected = [
      ["message", "a\nb", ""],
      ["message", "c", ""],
    ];
    expect(read(text)).toEqual(expected);
    expect(read(...text.split(/(?:)/))).toEqual(expected);
  });

  it("passes over a byte order mark at the beginning only", () => {
    expect(read("\uFEFFdata: a\n\n", "\uFEFFdata: b\n\n")).toEqual([["message", "a", ""]]);
  });

  it("takes one space after the colon away, and a field without a colon as empty", () => {
    expect(read("data:a\ndata:  b\ndata\n\n")).toEqual([["message", "a\n b\n", ""]]);
  });

  it("names events, once each", () => {
    expect(read("event: ping\ndata: 1\n\ndata: 2\n\n")).toEqual([
      ["ping", "1", ""],
      ["message", "2", ""],
    ]);
  });

  it("keeps the last id, takes none with NUL, and forgets it when it is empty", () => {
    expect(read("id: 1\ndata: a\n\ndata: b\nid: x\0\n\nid\ndata: c\n\n")).toEqual([
      ["message", "a", "1"],
      ["message", "b", "1"],
      ["message", "c", ""],
    ]);
  });

  it("knows the id of an event without data, but not of one that was cut off", () => {
    const parser = new EventParser({ event: () => undefined }, { maxEventLength: 10 });
    parser.push("id: 1\ndata: \n\nid: 2\ndata: x\n");
    expect(parser.lastEventId).toBe("1");
  });

  it("reads retry of digits alone, and passes over fields it does not know", () => {
    expect(read("retry: 500\nretry: 5s\nretry:\nother: 1\n\n")).toEqual([500]);
  });

  it("tells comments as signs of life", () => {
    expect(read(commentText("keep-alive"), commentText("a\nb"), commentText())).toEqual(
      Array(4).fill("comment"),
    );
  });

  it.each([
    ["one line", ["data: ", "x".repeat(101)]],
    ["many lines", Array<string>(60).fill("data: x\n")],
    ["a line without an end", Array<string>(200).fill("x")],
    ["a comment without an end", [":", ...Array<string>(200).fill("x")]],
  ])("refuses an event that is too large: %s", (_name, pieces) => {
    expect(() => read(...pieces)).toThrow(EventTooLargeError);
  });

  it("takes an event of the largest size", () => {
    expect(read(eventText("x".repeat(100)))).toHaveLength(1);
    expect(read(eventText("x\n".repeat(50).slice(0, -1)))).toHaveLength(1);
  });
});
