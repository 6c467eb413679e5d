import { describe, expect, it } from "vitest";
import { bodyOf, headerOf, type HttpResponse, ResponseReader } from "./response-reader.js";

const whole = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const chunked = (...chunks: readonly string[]): string =>
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" +
  [...chunks, ""].map((one) => `${Buffer.byteLength(one).toString(16)}\r\n${one}\r\n`).join("");

function read(text: string, cuts: readonly number[] = []): HttpResponse | undefined {
  const bytes = Buffer.from(text);
  const reader = new ResponseReader();
  let response: HttpResponse | undefined;
  [0, ...cuts].forEach((from, index) => {
    expect(response).toBeUndefined();
    response = reader.push(Buffer.from(bytes.subarray(from, cuts[index] ?? bytes.length)));
  });
  return response;
}

const bodyIn = (text: string, cuts?: readonly number[]): string | undefined => {
  const response = read(text, cuts);
  return response && bodyOf(response);
};

describe("ResponseReader", () => {
  it.each([
    ["a length", whole("grün"), "grün"],
    ["a length of none", whole(""), ""],
    ["chunks", chunked("one ", "grün"), "one grün"],
    ["chunks that look like an end", chunked("0\r\n\r\n", "0\r\n\r\n"), "0\r\n\r\n0\r\n\r\n"],
    ["no chunk", chunked(), ""],
  ])("puts an answer with %s together, wherever it is cut", (_, text, body) => {
    for (let cut = 1; cut < Buffer.byteLength(text); cut++) expect(bodyIn(text, [cut])).toBe(body);
    expect(bodyIn(text)).toBe(body);
  });

  it("reads one answer after the other", () => {
    const reader = new ResponseReader();
    const bodies = ["one", "two"].map((body) => {
      const response = reader.push(Buffer.from(whole(body)));
      return response && bodyOf(response);
    });
    expect(bodies).toEqual(["one", "two"]);
  });

  it("needs what came in only until the next call", () => {
    const reader = new ResponseReader();
    const buffer = Buffer.from(whole("text"));
    reader.push(buffer.subarray(0, 20));
    const rest = Buffer.from(buffer.subarray(20));
    buffer.fill(0);
    const response = reader.push(rest);
    expect(response && bodyOf(response)).toBe("text");
  });

  it("knows the status and the headers, in whatever case", () => {
    const response = read("HTTP/1.1 404 Not Found\r\nMCP-Session-Id:  abc \r\ncontent-length: 0\r\n\r\n");
    expect(response?.status).toBe(404);
    expect(response && headerOf(response, "mcp-session-id")).toBe("abc");
    expect(response && headerOf(response, "location")).toBeUndefined();
  });

  it("takes an answer without a body", () => {
    expect(read("HTTP/1.1 204 No Content\r\n\r\n")?.status).toBe(204);
  });

  it.each([
    ["SSH-2.0-OpenSSH\r\n\r\n", "Expected an answer"],
    ["HTTP/1.1 200 OK\r\n\r\n", "does not say where it ends"],
    [`${whole("one")}more`, "After the answer came more"],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n", "Expected the size of a chunk"],
  ])("refuses %j", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
