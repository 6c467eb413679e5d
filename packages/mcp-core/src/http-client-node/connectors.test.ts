import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { closedPort } from "@towpath/test-support/closed-port.js";
import { deferred } from "@towpath/test-support/deferred.js";
import { rawAnswer, rawServer } from "@towpath/test-support/raw-server.js";
import { answered, ask, failed } from "@towpath/test-support/recorded-answer.js";
import { webServer } from "@towpath/test-support/web-server.js";
import type { Connector } from "../http-client/connector.js";
import { fetchConnector } from "../http-client/fetch-connector.js";
import { nodeConnector } from "./node-connector.js";

const CONNECTORS = [
  ["node:http", () => nodeConnector()],
  ["fetch", () => fetchConnector()],
] as const;

const HEAD = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

describe.each(CONNECTORS)("a connector over %s", (_name, make) => {
  const open = (): Connector => {
    const connector = make();
    onTestFinished(() => connector.close());
    return connector;
  };

  it("sends method, path, headers and body as they are", async () => {
    const { url, port } = await webServer((request, response) => {
      const { method, url: path, headers } = request;
      const { host, "content-length": length, "x-who": who } = headers;
      void text(request).then((body) =>
        response.end(JSON.stringify({ method, path, host, length, who, body })),
      );
    });
    const body = '{"text":"käse 🧀"}';
    const [status, echoed] = await answered(open(), `${url}?a=b%20c`, { headers: { "x-who": "ann" }, body });
    expect([status, JSON.parse(echoed)]).toEqual([
      200,
      {
        method: "POST",
        path: "/mcp?a=b%20c",
        host: `127.0.0.1:${String(port)}`,
        length: String(Buffer.byteLength(body)),
        who: "ann",
        body,
      },
    ]);
  });

  it.each(["GET", "DELETE"] as const)("sends a %s without a body", async (method) => {
    const { url } = await webServer((request, response) => {
      response.end(`${String(request.method)} ${String(request.headers["transfer-encoding"])}`);
    });
    expect(await answered(open(), url, { method, pool: "control" })).toEqual([200, `${method} undefined`]);
  });

  it("tells of status, headers, text and end, in this order", async () => {
    const { url } = await webServer((_request, response) => {
      response.writeHead(
        404,
        [
          ["X-Twice", "a"],
          ["x-twice", "b"],
          ["Mcp-Session-Id", "s"],
        ].flat(),
      );
      response.end("gone");
    });
    const { answer } = ask(open(), url);
    expect(await answer.over).toBeUndefined();
    expect([await answer.answered, answer.told]).toEqual([404, ["head", "text", "end"]]);
    const { headers } = answer;
    expect([headers?.get("x-TWICE"), headers?.get("mcp-session-id"), headers?.get("nothing")]).toEqual([
      "a, b",
      "s",
      null,
    ]);
  });

  it.each([202, 204])("takes a %i without a body", async (status) => {
    const { url } = await webServer((_request, response) => response.writeHead(status).end());
    const { answer } = ask(open(), url);
    expect(await answer.over).toBeUndefined();
    expect([await answer.answered, answer.told]).toEqual([status, ["head", "end"]]);
  });

  it("hands text on as it comes", async () => {
    const goOn = deferred();
    const { url } = await webServer((_request, response) => {
      response.write("first");
      void goOn.promise.then(() => response.end("second"));
    });
    const { answer } = ask(open(), url);
    await answer.begun;
    expect(answer.pieces).toEqual(["first"]);
    goOn.resolve();
    expect(await answer.over).toBeUndefined();
    expect(answer.body).toBe("firstsecond");
  });

  it("puts characters together that come in pieces, and takes no byte order mark for text", async () => {
    const { url } = await webServer((_request, response) => {
      const bytes = Buffer.from('\uFEFF["🧀\uFEFF"]');
      let at = 0;
      const next = (): void => {
        if (at === bytes.length) response.end();
        else response.write(bytes.subarray(at, (at += 1)), next);
      };
      next();
    });
    expect(await answered(open(), url)).toEqual([200, '["🧀\uFEFF"]']);
  });

  it("has a replacement character for what is no UTF-8, also at the end", async () => {
    const { url } = await webServer((_request, response) =>
      response.end(Buffer.of(0x61, 0xff, 0x62, 0xe2, 0x82)),
    );
    expect(await answered(open(), url)).toEqual([200, "a\uFFFDb\uFFFD"]);
  });

  it("takes large answers in pieces", async () => {
    const body = "0123456789abcdef".repeat(65_536);
    const { url } = await webServer((_request, response) => response.end(body));
    const { answer } = ask(open(), url);
    expect(await answer.over).toBeUndefined();
    expect(answer.body).toBe(body);
    expect(Math.max(...answer.pieces.map((piece) => piece.length))).toBeLessThanOrEqual(262_144);
  });

  it("ignores informational responses", async () => {
    const { url } = await rawServer((socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n${rawAnswer("{}")}`),
    );
    expect(await answered(open(), url)).toEqual([200, "{}"]);
  });

  it("follows no redirects", async () => {
    const { url } = await webServer((_request, response) => response.writeHead(307, { location: "/" }).end());
    const { answer } = ask(open(), url);
    expect([await answer.answered, answer.headers?.get("location")]).toEqual([307, "/"]);
  });

  it.each([
    ["with a length that is not reached", `${HEAD}Content-Length: 10\r\n\r\n12345`],
    ["within a chunk", `${CHUNKED}a\r\n12345`],
    ["without the last chunk", `${CHUNKED}5\r\n12345\r\n`],
  ])("fails when an answer is cut %s", async (_what, bytes) => {
    const { url } = await rawServer((socket) => socket.end(bytes));
    const { answer } = ask(open(), url);
    expect(await answer.over).toMatchObject({
      sent: true,
      error: {
        message: expect.stringContaining("the connection ended in the middle of the answer") as string,
      },
    });
    expect([answer.body, answer.told.at(-1)]).toEqual(["12345", "fail"]);
  });

  it("fails when an answer is reset", async () => {
    const server = await rawServer((socket) => {
      socket.write(`${CHUNKED}5\r\n12345\r\n`);
    });
    const { answer } = ask(open(), server.url);
    await answer.begun;
    server.sockets[0]?.resetAndDestroy();
    expect(await answer.over).toMatchObject({ sent: true });
    expect(answer.told).toEqual(["head", "text", "fail"]);
  });

  it.each([
    ["ends the connection", ""],
    ["answers with what is no HTTP", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["switches protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
    ["has endless headers", `${HEAD}${"X-Header: value\r\n".repeat(10_000)}`],
    ["has an endless header", `${HEAD}X-Header: ${"x".repeat(200_000)}`],
  ])("fails when the server %s", async (_what, bytes) => {
    const { url, port } = await rawServer((socket) => socket.end(bytes));
    const failure = await failed(open(), url, { headers: { authorization: "Bearer secret-token" } });
    expect(failure).toMatchObject({
      sent: true,
      error: { message: expect.stringContaining(`127.0.0.1:${String(port)}: `) as string },
    });
    expect(String(failure.error)).not.toContain("secret-token");
  });

  it("says what is wrong with a server that is not there", async () => {
    const port = await closedPort();
    const { error } = await failed(open(), `http://127.0.0.1:${String(port)}/mcp`);
    expect(error.message).toContain(`127.0.0.1:${String(port)}: `);
    expect(error.message).toContain("ECONNREFUSED");
  });

  it("tells nothing more after an abort, and the server that nobody listens", async () => {
    const left = deferred();
    const { url } = await webServer((_request, response) => {
      response.write("first");
      response.once("close", left.resolve);
    });
    const { answer, open: call } = ask(open(), url);
    await answer.begun;
    call.abort();
    await left.promise;
    expect(answer.told).toEqual(["head", "text"]);
  });

  it("takes an abort before the answer, after it, and twice", async () => {
    const { url } = await webServer((_request, response) => response.end("{}"));
    const connector = open();
    const { answer, open: first } = ask(connector, url);
    first.abort();
    first.abort();
    const { answer: next, open: second } = ask(connector, url);
    expect(await next.over).toBeUndefined();
    second.abort();
    expect(await answered(connector, url)).toEqual([200, "{}"]);
    expect(answer.told).toEqual([]);
  });

  it("aborts calls and leaves no connection when it is closed, and makes no more calls", async () => {
    const left = deferred();
    const { url } = await webServer((_request, response) => {
      response.write("first");
      response.once("close", left.resolve);
    });
    const connector = make();
    const { answer } = ask(connector, url);
    await answer.begun;
    connector.close();
    await left.promise;
    expect(answer.told).toEqual(["head", "text"]);
    expect(await failed(connector, url)).toMatchObject({
      sent: false,
      error: { message: expect.stringContaining("the client was closed") as string },
    });
  });

  it("tells of failures only once the call is returned, and not which value cannot be sent", async () => {
    const { answer } = ask(open(), "http://127.0.0.1:1/mcp", { headers: { "x-bad": "secret\nvalue" } });
    expect(answer.told).toEqual([]);
    const failure = await answer.over;
    expect(failure?.sent).toBe(false);
    for (let error: unknown = failure?.error; error instanceof Error; error = error.cause)
      expect(error.message).not.toContain("secret");
  });
});
