import { describe, expect, it } from "vitest";
import { calculator, waitingServer } from "../support/servers.js";
import { RawConnection } from "@towpath/test-support/raw-connection.js";
import { ERAS, POST_HEADERS, postText, requestText, toolCall } from "../support/requests.js";
import { startServer } from "../support/start-server.js";

const add = (a: number, b: number): string => postText(toolCall("handshake", "add", { a, b }, { id: a }));
const idOf = (body: string): unknown => (JSON.parse(body) as { id: unknown }).id;

describe.each(ERAS)("a client of the %s era that ends its side of the connection", (era) => {
  it("gets an answer that takes no time", async () => {
    const { port } = await startServer(calculator());
    const connection = await RawConnection.open(port);
    connection.write(postText(toolCall(era, "add", { a: 1, b: 2 }))).end();
    expect((await connection.response()).status).toBe(200);
    await connection.closed;
  });

  it("has gone, as one that closes it, where the answer takes longer", async () => {
    const { mcp, begun, aborted, release } = waitingServer();
    const { port, links, drain } = await startServer(mcp);
    const connection = await RawConnection.open(port);
    connection.write(postText(toolCall(era, "wait", { call: "x" })));
    await begun("x");
    connection.end();
    await connection.closed;
    if (era === "stateless") await aborted("x");
    else release("x");
    await links.none();
    expect(connection.received).toBe("");
    await drain({ timeoutMs: Infinity });
  });

  it("with half a body is let go", async () => {
    const { port, links, drain } = await startServer(calculator());
    const connection = await RawConnection.open(port);
    connection.write(requestText("POST", { ...POST_HEADERS, "content-length": "100" }, "{")).end();
    await connection.closed;
    expect(links.count).toBe(0);
    await drain({ timeoutMs: Infinity });
  });
});

describe("requests on one connection", () => {
  it("are answered in their order, though a later one is done first", async () => {
    const { mcp, begun, release } = waitingServer();
    const { port } = await startServer(mcp);
    const connection = await RawConnection.open(port);
    const slow = postText(toolCall("handshake", "wait", { call: "slow" }, { id: 1 }));
    connection.write(slow + add(2, 2) + add(3, 3));
    await begun("slow");
    release("slow");
    const answers = [await connection.response(), await connection.response(), await connection.response()];
    expect(answers.map(({ body }) => idOf(body))).toEqual([1, 2, 3]);
  });

  it("are all answered where one is not valid", async () => {
    const { port } = await startServer(calculator());
    const connection = await RawConnection.open(port);
    connection.write(add(1, 1) + requestText("POST", POST_HEADERS, "{") + add(2, 2));
    const statuses: number[] = [];
    for (let left = 3; left > 0; left--) statuses.push((await connection.response()).status);
    expect(statuses).toEqual([200, 400, 200]);
  });

  it("go on after one that is refused before its body is read, if that is short", async () => {
    const { port } = await startServer(calculator());
    const connection = await RawConnection.open(port);
    connection.write(requestText("POST", POST_HEADERS, "{}", "/other") + add(2, 2));
    expect([(await connection.response()).status, (await connection.response()).status]).toEqual([404, 200]);
  });

  it("end with one that is refused before its long body is read, which says so", async () => {
    const { port } = await startServer(calculator());
    const connection = await RawConnection.open(port);
    connection.write(
      requestText("POST", { ...POST_HEADERS, "content-length": "100000" }, undefined, "/other"),
    );
    const { status, headers } = await connection.response();
    expect([status, headers.get("connection")]).toEqual([404, "close"]);
    connection.write(" ".repeat(100_000));
    await connection.closed;
  });

  it("may be cut anywhere", async () => {
    const { port } = await startServer(calculator());
    const connection = await RawConnection.open(port);
    connection.socket.setNoDelay(true);
    const text = add(1, 1) + add(2, 2);
    for (const character of text) {
      connection.write(character);
      await new Promise(setImmediate);
    }
    expect([(await connection.response()).status, (await connection.response()).status]).toEqual([200, 200]);
  });

  it.each([
    ["is too long", { "content-length": "99999999" }, "/mcp", 413],
    ["is no JSON", { "content-type": "text/plain" }, "/mcp", 415],
    ["is for nobody", {}, "/other", 404],
  ])("are not asked for a body that %s", async (_why, wrong, path, status) => {
    const { port } = await startServer(calculator());
    const connection = await RawConnection.open(port);
    const head = { ...POST_HEADERS, expect: "100-continue", "content-length": "2", ...wrong };
    connection.write(requestText("POST", head, undefined, path));
    const response = await connection.response();
    expect([response.status, response.headers.get("connection")]).toEqual([status, "close"]);
  });

  it("begin only when they are asked to: Expect: 100-continue", async () => {
    const { port } = await startServer(calculator());
    const connection = await RawConnection.open(port);
    const { headers, message } = toolCall("handshake", "add", { a: 1, b: 2 });
    const body = JSON.stringify(message);
    const head = { ...headers, expect: "100-continue", "content-length": String(body.length) };
    connection.write(requestText("POST", head));
    expect((await connection.response()).status).toBe(100);
    connection.write(body);
    expect((await connection.response()).status).toBe(200);
  });
});

/** Shapes that servers read differently, so that one request is taken for two. */
const SMUGGLING: Readonly<Record<string, string>> = {
  "a length, and chunks": "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
  "chunks, and a length": "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG",
  "two lengths": "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
  "a list of lengths": "Content-Length: 5, 6\r\n\r\nabcdef",
  "a negative length": "Content-Length: -5\r\n\r\n",
  "a length with a sign": "Content-Length: +5\r\n\r\nabcde",
  "a length in base 16": "Content-Length: 0x5\r\n\r\nabcde",
  "another coding than chunked": "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
  "chunked, but not as the last coding": "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
  "a space before the colon": "Content-Length : 5\r\n\r\nabcde",
  "a header that goes on in the next line": "X-A: b\r\n Content-Length: 5\r\n\r\n",
  "a line that ends in a line feed alone": "X-A: b\nContent-Length: 5\r\n\r\n",
  "a carriage return in a header": "X-A: b\rContent-Length: 5\r\n\r\n",
  "a NUL in a header": "X-A: b\0\r\n\r\n",
  "a line that is no header": "nonsense\r\n\r\n",
  "a chunk of no size": "Transfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n",
  "a chunk longer than it says": "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
};

describe("a request that could be taken for two", () => {
  it.each(Object.entries(SMUGGLING))("gets 400, and its connection is closed: %s", async (_name, rest) => {
    const { port, links } = await startServer(calculator());
    const connection = await RawConnection.open(port);
    const types = Object.entries(POST_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
    connection.write(`POST /mcp HTTP/1.1\r\nHost: localhost\r\n${types.join("")}${rest}${add(1, 1)}`);
    await connection.closed;
    expect(connection.received).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n/i);
    expect(connection.received).not.toContain("HTTP/1.1 200");
    expect(links.count).toBe(0);
  });

  it("gets 400 without a Host, and 431 with headers that are too large", async () => {
    const { port } = await startServer(calculator());
    const nowhere = await RawConnection.open(port);
    nowhere.write("POST /mcp HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    await nowhere.until("HTTP/1.1 400 ");
    const large = await RawConnection.open(port);
    large.write(requestText("POST", { "x-large": "x".repeat(20_000) }));
    await large.until("HTTP/1.1 431 ");
  });

  it("is no tunnel, and nothing else than HTTP", async () => {
    const { port } = await startServer(calculator());
    const tunnel = await RawConnection.open(port);
    tunnel.write("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await tunnel.closed;
    expect(tunnel.received).toBe("");
    const other = await RawConnection.open(port);
    other.write("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    await other.until("HTTP/1.1 400 ");
  });

  it("is an upgrade nobody follows: it is served as what it is", async () => {
    const { port } = await startServer(calculator());
    const connection = await RawConnection.open(port);
    const upgrade = { connection: "upgrade", upgrade: "websocket" };
    connection.write(postText(toolCall("handshake", "add", { a: 1, b: 2 }), upgrade));
    expect((await connection.response()).status).toBe(200);
  });
});
