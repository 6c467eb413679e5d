import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { calculator } from "../support/servers.js";
import { RawConnection, rawRequest } from "@towpath/test-support/raw-connection.js";
import { POST_HEADERS, requestText, toolCall, type Headers } from "../support/requests.js";
import { startServer } from "../support/start-server.js";

const SMALL = { maxBodyBytes: 1000 };

const post = (headers: Headers, body = ""): string =>
  requestText("POST", { ...POST_HEADERS, ...headers }, body);

const errorOf = (body: string): unknown => (JSON.parse(body) as { error: unknown }).error;

describe("a request that comes slowly", () => {
  it("gets 408 when its headers do not end, and its connection is closed", async () => {
    const { port } = await startServer(calculator(), { headersTimeoutMs: 50 });
    const connection = await RawConnection.open(port);
    connection.write("POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    await connection.until("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n");
    await connection.closed;
  });

  it("gets 408 when its body does not end, and its connection is closed", async () => {
    const { port } = await startServer(calculator(), { limits: { requestTimeoutMs: 50 } });
    const connection = await RawConnection.open(port);
    const { status, headers, body } = await connection
      .write(post({ "content-length": "100" }, '{"jsonrpc"'))
      .response();
    expect([status, headers.get("connection")]).toEqual([408, "close"]);
    expect(errorOf(body)).toEqual({
      code: -32600,
      message: "The body did not arrive within 50 ms (requestTimeoutMs)",
    });
    await connection.closed;
  });

  it("does not keep others waiting", async () => {
    const { port } = await startServer(calculator());
    const slow = await RawConnection.open(port);
    slow.write(post({ "content-length": "100" }, "{"));
    const { headers, message } = toolCall("stateless", "add", { a: 1, b: 2 });
    expect((await rawRequest(port, requestText("POST", headers, JSON.stringify(message)))).status).toBe(200);
  });
});

describe("a body there is no room for", () => {
  it("is refused with 503, to be sent later", async () => {
    const { port } = await startServer(calculator(), { limits: { maxTotalBodyBytes: 1000 } });
    const { headers, message } = toolCall("stateless", "add", { a: 1, b: 2 });
    const text = (padding: number): string =>
      requestText("POST", headers, JSON.stringify(message) + " ".repeat(padding));
    const refused = await rawRequest(port, text(1000));
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(errorOf(refused.body)).toMatchObject({
      code: -31001,
      message: expect.stringContaining("maxTotalBodyBytes") as string,
    });
    expect((await rawRequest(port, text(0))).status).toBe(200);
  });
});

describe("a body that is too large", () => {
  it("is refused by its length, before any of it is here", async () => {
    const { port } = await startServer(calculator(), { limits: SMALL });
    const connection = await RawConnection.open(port);
    const { status, headers, body } = await connection.write(post({ "content-length": "1001" })).response();
    expect([status, headers.get("connection")]).toEqual([413, "close"]);
    expect(errorOf(body)).toEqual({
      code: -32600,
      message: "The body is larger than 1000 bytes (maxBodyBytes)",
    });
  });

  it("is refused in chunks as soon as it is too large, though it has not ended", async () => {
    const { port } = await startServer(calculator(), { limits: SMALL });
    const connection = await RawConnection.open(port);
    connection.write(post({ "transfer-encoding": "chunked" }, `3e9\r\n${"x".repeat(1001)}\r\n`));
    expect((await connection.response()).status).toBe(413);
  });

  it("is not: one of just the length that may be, whole or in chunks", async () => {
    const { port } = await startServer(calculator(), { limits: SMALL });
    const { headers, message } = toolCall("handshake", "add", { a: 1, b: 2 });
    const text = JSON.stringify(message).padEnd(1000);
    const whole = await rawRequest(port, post(headers, text));
    const chunked = post({ ...headers, "transfer-encoding": "chunked" }, `3e8\r\n${text}\r\n0\r\n\r\n`);
    expect([whole.status, (await rawRequest(port, chunked)).status]).toEqual([200, 200]);
  });

  it("that its client sends all of does not keep the answer from it", async () => {
    const { url } = await startServer(calculator());
    const response = await fetch(url, { method: "POST", headers: POST_HEADERS, body: "x".repeat(5_000_000) });
    expect([response.status, await response.text()]).toEqual([413, expect.stringContaining("4194304 bytes")]);
  });
});

describe("a body that is no text", () => {
  it("is refused when it is not UTF-8", async () => {
    const { port } = await startServer(calculator());
    const head = post({ "content-length": "4" });
    const { status, body } = await rawRequest(
      port,
      Buffer.concat([Buffer.from(head), Buffer.from([0x22, 0xc3, 0x28, 0x22])]),
    );
    expect(status).toBe(400);
    expect(errorOf(body)).toEqual({ code: -32700, message: "The body is not valid UTF-8" });
  });

  it.each(["gzip", "br", "deflate", "gzip, identity"])(
    "is refused when it is compressed: %s",
    async (encoding) => {
      const { url } = await startServer(calculator());
      const { headers, message } = toolCall("stateless", "add", { a: 1, b: 2 });
      const response = await fetch(url, {
        method: "POST",
        headers: { ...headers, "content-encoding": encoding },
        body: gzipSync(JSON.stringify(message)),
      });
      expect(response.status).toBe(415);
      expect(errorOf(await response.text())).toMatchObject({
        message: `The body must not be compressed (Content-Encoding: ${encoding})`,
      });
    },
  );

  it("may say that it is not compressed", async () => {
    const { port } = await startServer(calculator());
    const { headers, message } = toolCall("stateless", "add", { a: 1, b: 2 });
    const text = post({ ...headers, "content-encoding": "identity" }, JSON.stringify(message));
    expect((await rawRequest(port, text)).status).toBe(200);
  });
});
