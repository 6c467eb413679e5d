import { describe, expect, it } from "vitest";
import { callPool, getStream, listPool, post, type Target } from "./requests.js";
import type { HttpResponse } from "./response-reader.js";

const handshake: Target = {
  port: 8000,
  mode: "handshake",
  answers: "json",
  accept: "application/json, text/event-stream",
  revision: "2025-11-25",
};
const stateless: Target = { ...handshake, mode: "stateless", revision: "2026-07-28" };

const answer = (type: string, body: string): HttpResponse => ({
  status: 200,
  head: `HTTP/1.1 200 OK\r\nContent-Type: ${type}`,
  rest: Buffer.from(body),
});
const sum = (id: number, text: string): string =>
  JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } });
const list = (id: number, tools: number): string =>
  JSON.stringify({ jsonrpc: "2.0", id, result: { tools: Array.from({ length: tools }, () => ({})) } });

describe("post", () => {
  it("says how many bytes its body has", () => {
    expect(post(handshake, '"grün"').toString()).toMatch(/\r\nContent-Length: 7\r\n\r\n"grün"$/);
  });

  it("mirrors method and name in the stateless era, and nothing in the other", () => {
    const mirrored = { method: "tools/call", name: "add" };
    const head = post(stateless, "{}", mirrored).toString();
    expect(head).toContain("\r\nMCP-Protocol-Version: 2026-07-28\r\n");
    expect(head).toContain("\r\nMcp-Method: tools/call\r\nMcp-Name: add\r\n");
    expect(post(handshake, "{}", mirrored).toString()).not.toMatch(/Mcp-(Method|Name)/);
  });

  it("names the session it belongs to", () => {
    const target: Target = { ...handshake, mode: "sessions", session: "abc" };
    expect(post(target, "{}").toString()).toContain("\r\nMcp-Session-Id: abc\r\n");
    expect(getStream(target).toString()).toContain("\r\nMcp-Session-Id: abc\r\n");
  });
});

describe("getStream", () => {
  it("has no body", () => {
    expect(getStream(handshake).toString()).toMatch(/^GET \/mcp HTTP\/1\.1\r\n(.+\r\n)+\r\n$/);
  });
});

describe("callPool", () => {
  const pool = callPool(handshake);

  it("takes the right answer to each call", () => {
    expect(() => pool.check(4, answer("application/json", sum(5, "1005")))).not.toThrow();
  });

  it.each([
    ["another id", sum(6, "1005"), 'answered with id 6 and "1005"'],
    ["another text", sum(5, "5"), 'answered with id 5 and "5"'],
    ["an error", '{"jsonrpc":"2.0","id":5,"error":{}}', "Expected the answer of a tool call"],
  ])("refuses %s", (_, body, message) => {
    expect(() => pool.check(4, answer("application/json", body))).toThrow(message);
  });

  it("refuses the other form", () => {
    expect(() => pool.check(0, answer("text/event-stream", `data: ${sum(1, "1001")}\n\n`))).toThrow(
      "Expected an answer as json",
    );
    const events = callPool({ ...handshake, answers: "sse" });
    expect(() => events.check(0, answer("text/event-stream", `data: ${sum(1, "1001")}\n\n`))).not.toThrow();
  });
});

describe("listPool", () => {
  const pool = listPool(stateless, 3);

  it("takes a list of as many tools as there are", () => {
    expect(() => pool.check(0, answer("application/json", list(1, 3)))).not.toThrow();
  });

  it("refuses a page of it, and the answer to another request", () => {
    expect(() => pool.check(0, answer("application/json", list(1, 2)))).toThrow("List 1 was answered");
    expect(() => pool.check(0, answer("application/json", list(2, 3)))).toThrow("List 1 was answered");
  });
});
