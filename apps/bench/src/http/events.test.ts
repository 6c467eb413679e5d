import { describe, expect, it } from "vitest";
import { isEventStream, lastEvent, messageOf } from "./events.js";
import type { HttpResponse } from "./response-reader.js";

const answer = (status: number, type: string, body: string): HttpResponse => ({
  status,
  head: `HTTP/1.1 ${status} ?\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}`,
  rest: Buffer.from(body),
});

describe("lastEvent", () => {
  it.each([
    ["the only event", 'event: message\ndata: {"id":1}\n\n'],
    ["the one after others", 'data: {"method":"progress"}\n\ndata: {"id":1}\n\n'],
    [
      "the one after an event without data, which only has an id",
      'id: 7\ndata:\n\nid: 8\ndata: {"id":1}\n\n',
    ],
    ["the one before a comment", 'data:{"id":1}\n\n: alive\n\n'],
    ["one with other line ends", 'id: 1\r\ndata: {"id":1}\r\n\r\n'],
  ])("is %s", (_, stream) => {
    expect(lastEvent(stream)).toBe('{"id":1}');
  });

  it("is put together of its lines", () => {
    expect(lastEvent("data: {\ndata: }\n\n")).toBe("{\n}");
  });

  it("has to be there", () => {
    expect(() => lastEvent(": alive\n\n")).toThrow("Expected an event with data, got : alive");
  });
});

describe("messageOf", () => {
  it("is the body, or the last event", () => {
    expect(messageOf(answer(200, "application/json; charset=utf-8", "{}"))).toBe("{}");
    expect(messageOf(answer(200, "text/event-stream", "data: {}\n\n"))).toBe("{}");
  });

  it.each([
    [answer(404, "application/json", "no session"), "Expected status 200, got 404: no session"],
    [answer(200, "text/html", "<p>"), "Expected JSON or an event stream, got text/html"],
  ])("is not there in %j", (response, message) => {
    expect(() => messageOf(response)).toThrow(message);
  });
});

describe("isEventStream", () => {
  it("goes by the content type", () => {
    expect(isEventStream(answer(200, "text/event-stream", ""))).toBe(true);
    expect(isEventStream(answer(200, "application/json", "{}"))).toBe(false);
  });
});
