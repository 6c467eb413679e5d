import { describe, expect, it } from "vitest";
import { calls, getStream, poolSize, post } from "./requests.js";

describe("getStream", () => {
  it("asks for an event stream", () => {
    expect(getStream(80).toString()).toBe(
      "GET /sse HTTP/1.1\r\nHost: 127.0.0.1:80\r\nAccept: text/event-stream\r\n\r\n",
    );
  });
});

describe("post", () => {
  it("counts the bytes of its body", () => {
    expect(post(80, "/messages?s=1", "ä").toString()).toBe(
      "POST /messages?s=1 HTTP/1.1\r\nHost: 127.0.0.1:80\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\nä",
    );
  });
});

describe("calls", () => {
  it("have ids that count from 1", () => {
    const requests = calls(80, "/messages");
    const ids = requests.map((request) => {
      // Encoded by what is tested.
      return (JSON.parse(request.toString().split("\r\n\r\n")[1] ?? "") as { readonly id: number }).id;
    });
    expect(ids).toEqual(Array.from({ length: poolSize }, (_, index) => index + 1));
  });
});
