import { describe, expect, it } from "vitest";
import { EventStreamReader, type StreamEvent } from "./event-stream.js";

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

function read(text: string, pieceLength = text.length): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const reader = new EventStreamReader((event) => events.push(event));
  for (let at = 0; at < text.length; at += pieceLength) {
    reader.push(Buffer.from(text.slice(at, at + pieceLength)));
  }
  return events;
}

const stream =
  head + chunk("event: endpoint\ndata: /messages\n\n") + chunk("data: a\ndata:b\n") + chunk("\ndata: c\n\n");
const events = [
  { type: "endpoint", data: "/messages" },
  { type: "message", data: "a\nb" },
  { type: "message", data: "c" },
];

describe("EventStreamReader", () => {
  it("reads events, whatever chunks they are in", () => {
    expect(read(stream)).toEqual(events);
  });

  it.each([1, 2, 3, 7, 20])("reads what comes in pieces of %d bytes", (length) => {
    expect(read(stream, length)).toEqual(events);
  });

  it("leaves out comments, and whatever else has no data", () => {
    expect(read(head + chunk(": ping\n\nevent: nothing\n\nid: 1\nretry: 5\n\ndata: x\n\n"))).toEqual([
      { type: "message", data: "x" },
    ]);
  });

  it("waits for the end of an event", () => {
    expect(read(head + chunk("data: x\n"))).toEqual([]);
  });

  it.each([
    ["another status", head.replace("200 OK", "404 Not Found")],
    ["another form", head.replace("chunked", "identity")],
  ])("refuses %s", (_, text) => {
    expect(() => read(text)).toThrow("Expected an event stream in chunks");
  });

  it("tells that a stream has ended", () => {
    expect(() => read(`${head}${chunk("data: x\n\n")}0\r\n\r\n`)).toThrow("The server ended an event stream");
  });
});
