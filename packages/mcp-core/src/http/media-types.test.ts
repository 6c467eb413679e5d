import { describe, expect, it } from "vitest";
import { accepts, isMediaType } from "./media-types.js";

describe("isMediaType", () => {
  it.each([
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'application/json ; a=";,b" ; charset="utf-8"',
    'application/json; a="\\";charset=x"',
    "application/json;",
  ])("takes %s for JSON", (header) => {
    expect(isMediaType(header, "application/json")).toBe(true);
  });

  it.each([
    null,
    "",
    "json",
    "text/plain",
    "application/jsonp",
    "text/plain; a=application/json",
    "application/json, text/plain",
    "application/json; charset=latin1",
    'application/json; charset="utf-16"',
  ])("does not take %s for JSON", (header) => {
    expect(isMediaType(header, "application/json")).toBe(false);
  });
});

describe("accepts", () => {
  it.each([
    null,
    "",
    "*/*",
    "text/*",
    "text/event-stream",
    "TEXT/Event-Stream",
    "application/json, text/event-stream",
    "text/event-stream, application/json",
    "application/json;q=0.9,text/event-stream;q=0.1",
    "text/html, */*; q=0.1",
    "text/event-stream, */*;q=0",
    "text/event-stream; charset=utf-8",
    'text/html; a="x,y", text/event-stream',
    "nonsense, text/event-stream",
  ])("finds an event stream in %s", (header) => {
    expect(accepts(header, "text/event-stream")).toBe(true);
  });

  it.each([
    "application/json",
    "application/*, text/html",
    "text/event-stream;q=0",
    "text/event-stream;Q=0.000, */*",
    "text/*;q=0, */*",
    "text/event-stream; profile=other",
    "text/event-stream; charset=utf-16",
    'text/html; a="text/event-stream, */*"',
    "nonsense",
  ])("finds no event stream in %s", (header) => {
    expect(accepts(header, "text/event-stream")).toBe(false);
  });

  it("finds both types in what clients usually send", () => {
    expect(accepts("application/json, text/event-stream", "application/json")).toBe(true);
    expect(accepts("application/json, text/event-stream", "text/html")).toBe(false);
  });
});
