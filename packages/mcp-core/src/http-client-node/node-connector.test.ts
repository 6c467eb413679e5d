import { ManualClock } from "../testing/manual-clock.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { closedPort } from "@towpath/test-support/closed-port.js";
import { deferred } from "@towpath/test-support/deferred.js";
import { rawAnswer, rawServer } from "@towpath/test-support/raw-server.js";
import { answered, ask, failed } from "@towpath/test-support/recorded-answer.js";
import { webServer } from "@towpath/test-support/web-server.js";
import type { Connector } from "../http-client/connector.js";
import { nodeConnector } from "./node-connector.js";
import type { NodeConnectorOptions } from "./node-options.js";

const open = (options?: NodeConnectorOptions): Connector => {
  const connector = nodeConnector(options);
  onTestFinished(() => connector.close());
  return connector;
};

describe("connections", () => {
  it("are used again", async () => {
    const server = await webServer((request, response) => response.end(request.headers.connection));
    const connector = open();
    for (let call = 0; call < 3; call += 1)
      expect(await answered(connector, server.url)).toEqual([200, "keep-alive"]);
    expect(await answered(connector, new URL("/other", server.url))).toEqual([200, "keep-alive"]);
    expect(server.connections).toBe(1);
  });

  it("are not used again when the server says so, or closes them too soon", async () => {
    const kept = ["Keep-Alive: timeout=1", "Connection: close", "Keep-Alive: timeout=5"];
    const server = await rawServer((socket, _request, count) => {
      socket.write(rawAnswer(String(count), ...kept.slice(count - 1, count)));
    });
    const connector = open();
    const bodies = [];
    for (let call = 0; call < 4; call += 1) bodies.push((await answered(connector, server.url))[1]);
    expect(bodies).toEqual(["1", "2", "3", "4"]);
    expect(server.sockets).toHaveLength(3);
  });

  it("are closed by the client when they were idle, before the server does", async () => {
    const server = await webServer((_request, response) => {
      response.setHeader("Keep-Alive", "timeout=2").end("{}");
    });
    await answered(open(), server.url);
    await server.unused();
    expect(server.connections).toBe(1);
  });

  it("are all closed with the connector", async () => {
    const server = await webServer((_request, response) => response.end("{}"));
    const connector = nodeConnector();
    await Promise.all(Array.from({ length: 10 }, () => answered(connector, server.url)));
    connector.close();
    await server.unused();
    expect(server.connections).toBe(10);
  });

  it("are not made for what waited when the connector was closed", async () => {
    const asked = deferred();
    const server = await webServer((request, response) => {
      if (request.url === "/other") response.end("{}");
      else asked.resolve();
    });
    const connector = nodeConnector({ maxConnections: 1 });
    const calls = Array.from({ length: 3 }, () => ask(connector, server.url));
    await asked.promise;
    connector.close();
    await server.unused();
    await answered(open(), new URL("/other", server.url));
    expect([server.connections, calls.flatMap(({ answer }) => answer.told)]).toEqual([2, []]);
  });
});

describe("maxConnections", () => {
  it("lets requests wait, and nothing else", async () => {
    const answers = deferred();
    const server = await webServer((request, response) => {
      if (request.url === "/held") void answers.promise.then(() => response.end("held"));
      else response.end("at once");
    });
    const connector = open({ maxConnections: 2 });
    const held = Array.from({ length: 4 }, () => answered(connector, new URL("/held", server.url)));
    expect(await answered(connector, server.url, { pool: "control" })).toEqual([200, "at once"]);
    expect(await answered(connector, server.url, { pool: "control", method: "DELETE" })).toEqual([
      200,
      "at once",
    ]);
    expect(server.connections).toBe(3);
    answers.resolve();
    expect(await Promise.all(held)).toEqual(Array.from({ length: 4 }, () => [200, "held"]));
    expect(server.connections).toBe(3);
  });

  it("passes over those that were aborted while they waited", async () => {
    const first = deferred();
    const paths: unknown[] = [];
    const { url } = await webServer((request, response) => {
      paths.push(request.url);
      void first.promise.then(() => response.end("{}"));
    });
    const connector = open({ maxConnections: 1 });
    const calls = ["/1", "/2", "/3"].map((path) => ask(connector, new URL(path, url)));
    calls[1]?.open.abort();
    first.resolve();
    expect(await calls[2]?.answer.over).toBeUndefined();
    expect([paths, calls[1]?.answer.told]).toEqual([["/1", "/3"], []]);
  });

  it.each([0, 1.5, "many"])("cannot be %s", (maxConnections) => {
    // What programs without types may pass.
    expect(() => nodeConnector({ maxConnections: maxConnections as number })).toThrow(RangeError);
  });
});

describe("connectTimeoutMs", () => {
  it("ends the wait for a server that does not complete TLS", async () => {
    const clock = new ManualClock();
    const greeted = deferred();
    const { port } = await rawServer(() => greeted.resolve());
    const connector = open({ clock, connectTimeoutMs: 500 });
    const { answer } = ask(connector, `https://127.0.0.1:${String(port)}/mcp`);
    await greeted.promise;
    clock.advance(499);
    expect(answer.told).toEqual([]);
    clock.advance(1);
    const failure = await answer.over;
    expect([failure?.sent, failure?.error.message]).toEqual([
      false,
      `127.0.0.1:${String(port)}: no connection within 500 ms`,
    ]);
  });

  it("does not limit the wait for an answer", async () => {
    const clock = new ManualClock();
    const asked = deferred();
    const goOn = deferred();
    const { url } = await webServer((_request, response) => {
      asked.resolve();
      void goOn.promise.then(() => response.end("{}"));
    });
    const { answer } = ask(open({ clock }), url);
    await asked.promise;
    clock.advance(60_000);
    goOn.resolve();
    expect(await answer.over).toBeUndefined();
  });

  it("is a number of ms", () => {
    expect(() => nodeConnector({ connectTimeoutMs: -1 })).toThrow("connectTimeoutMs must be a number of ms");
  });
});

describe("failures", () => {
  it("before there is a connection are known not to have reached the server", async () => {
    const url = `http://127.0.0.1:${String(await closedPort())}/mcp`;
    const { error, sent } = await failed(open(), url);
    expect([sent, error.message, error.cause]).toEqual([
      false,
      `${new URL(url).host}: nothing accepts connections there (ECONNREFUSED)`,
      expect.objectContaining({ code: "ECONNREFUSED" }),
    ]);
  });

  it("of a name that is none say so", async () => {
    const { error, sent } = await failed(open({ proxy: false }), "http://towpath.invalid/mcp");
    expect(sent).toBe(false);
    expect(error.message).toMatch(/^towpath\.invalid:80: .*name.* \((?:ENOTFOUND|EAI_AGAIN)\)$/);
  });

  it("on a connection that is used again may have reached the server", async () => {
    const server = await rawServer((socket, _request, count) => {
      if (count === 1) socket.write(rawAnswer("{}"));
      else socket.resetAndDestroy();
    });
    const connector = open();
    await answered(connector, server.url);
    expect(await failed(connector, server.url)).toMatchObject({
      sent: true,
      error: {
        message: `127.0.0.1:${String(server.port)}: the connection was closed before the answer came (ECONNRESET)`,
      },
    });
    expect(server.sockets).toHaveLength(1);
  });

  it.each([
    [
      "endless headers",
      "X-Header: value\r\n".repeat(10_000),
      /headers of its answer are longer than \d+ bytes/,
    ],
    ["no HTTP", "\u0000\r\n", /its answer is not HTTP \(HPE_\w+\)/],
  ])("to read %s say so, and do not show what came", async (_what, bytes, expected) => {
    const { url } = await rawServer((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nSet-Cookie: secret\r\n${bytes}`),
    );
    const { error } = await failed(open(), url);
    expect(error.message).toMatch(expected);
    expect(error.cause).not.toHaveProperty("rawPacket");
  });

  it("are what compressed answers are", async () => {
    const { url } = await webServer((_request, response) => {
      response.setHeader("Content-Encoding", "gzip").end("x");
    });
    const { error, sent } = await failed(open(), url);
    expect([sent, error.message]).toEqual([
      true,
      `${new URL(url).host}: the answer is compressed ("gzip"), which was not asked for`,
    ]);
  });

  it("do not come of an answer that says it is not compressed", async () => {
    const { url } = await webServer((_request, response) => {
      response.setHeader("Content-Encoding", "Identity").end("x");
    });
    expect(await answered(open(), url)).toEqual([200, "x"]);
  });

  it("come of a URL that is not of HTTP", async () => {
    const { error, sent } = await failed(open(), "ftp://127.0.0.1/mcp");
    expect([sent, error.message]).toEqual([
      false,
      "127.0.0.1: the URL has to begin with http:// or https://, not with ftp:",
    ]);
  });

  it("come of more bytes than announced, as it is not sure then where the answer ends", async () => {
    const server = await rawServer((socket, _request, count) => {
      socket.write(rawAnswer("{}") + (count === 1 ? "more" : ""));
    });
    const connector = open();
    expect((await failed(connector, server.url)).error.message).toContain("its answer is not HTTP");
    expect(await answered(connector, server.url)).toEqual([200, "{}"]);
    expect(server.sockets).toHaveLength(2);
  });
});
