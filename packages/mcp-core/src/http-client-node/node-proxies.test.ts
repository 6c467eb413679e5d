import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../testing/manual-clock.js";
import { selfSigned } from "@towpath/test-support/certificate.js";
import { closedPort } from "@towpath/test-support/closed-port.js";
import { deferred } from "@towpath/test-support/deferred.js";
import { proxyServer } from "@towpath/test-support/proxy-server.js";
import { rawServer } from "@towpath/test-support/raw-server.js";
import { answered, ask, failed } from "@towpath/test-support/recorded-answer.js";
import { webServer } from "@towpath/test-support/web-server.js";
import type { Connector } from "../http-client/connector.js";
import { nodeConnector } from "./node-connector.js";
import type { NodeConnectorOptions } from "./node-options.js";

const open = (options: NodeConnectorOptions): Connector => {
  const connector = nodeConnector(options);
  onTestFinished(() => connector.close());
  return connector;
};

const certificate = selfSigned("mcp.test");
const trusting = { ca: certificate.cert };
const CREDENTIALS = "ann:p@ss:word";
const AUTHORIZATION = `Basic ${Buffer.from(CREDENTIALS).toString("base64")}`;

describe.each([
  ["HTTP", undefined],
  ["HTTPS", certificate],
])("through a proxy that speaks %s", (_name, tls) => {
  const proxyOptions = { credentials: CREDENTIALS, ...(tls !== undefined && { tls }) };

  it("HTTP goes with whole URLs, and connections are used again", async () => {
    const { port } = await webServer((request, response) => {
      response.end(`${String(request.headers.host)} ${String(request.headers["proxy-authorization"])}`);
    });
    const proxy = await proxyServer({ ...proxyOptions, hosts: { "mcp.test": port } });
    const connector = open({ proxy: proxy.url, tls: trusting });
    for (let call = 0; call < 2; call += 1)
      expect(await answered(connector, "http://mcp.test:81/mcp")).toEqual([200, "mcp.test:81 undefined"]);
    const request = { line: "POST http://mcp.test:81/mcp", authorization: AUTHORIZATION };
    expect(proxy.requests).toEqual([request, request]);
  });

  it("HTTPS goes through one tunnel, and the proxy sees none of it", async () => {
    const server = await webServer((request, response) => {
      response.end(`${String(request.headers.host)} ${String(request.headers["proxy-authorization"])}`);
    }, certificate);
    const proxy = await proxyServer({ ...proxyOptions, hosts: { "mcp.test": server.port } });
    const connector = open({ proxy: proxy.url, tls: trusting });
    for (let call = 0; call < 3; call += 1)
      expect(await answered(connector, "https://mcp.test/mcp")).toEqual([200, "mcp.test undefined"]);
    expect([proxy.requests, server.connections]).toEqual([
      [{ line: "CONNECT mcp.test:443", authorization: AUTHORIZATION }],
      1,
    ]);
    connector.close();
    await server.unused();
  });
});

describe("a proxy", () => {
  it("is taken from the environment by default", async () => {
    const { port } = await webServer((_request, response) => response.end("{}"));
    const proxy = await proxyServer({ hosts: { "mcp.test": port } });
    const before = process.env["all_proxy"];
    process.env["all_proxy"] = proxy.url;
    onTestFinished(() => {
      if (before === undefined) delete process.env["all_proxy"];
      else process.env["all_proxy"] = before;
    });
    expect(await answered(open({}), "http://mcp.test/mcp")).toEqual([200, "{}"]);
    expect(proxy.requests).toHaveLength(1);
  });

  it.each(["http:", "https:"])("that cannot be reached is named, for %s", async (protocol) => {
    const proxy = `http://ann:secret@127.0.0.1:${String(await closedPort())}`;
    const { error, sent } = await failed(open({ proxy }), `${protocol}//mcp.test/mcp`);
    expect(sent).toBe(false);
    expect(error.message).toMatch(/^mcp\.test:\d+ through the proxy 127\.0\.0\.1:\d+: /);
    expect(error.message).not.toContain("secret");
  });

  it.each([
    [
      "credentials",
      "https://mcp.test/mcp",
      "user:password",
      "wants credentials: http://user:password@host:port (407)",
    ],
    ["other hosts", "https://elsewhere.test/mcp", undefined, "refused to connect (502)"],
  ])("that wants %s says so", async (_what, url, credentials, words) => {
    const proxy = await proxyServer({ ...(credentials !== undefined && { credentials }), hosts: {} });
    const { error, sent } = await failed(open({ proxy: `http://${proxy.place}` }), url);
    expect([sent, error.message]).toEqual([
      false,
      `${new URL(url).host}:443 through the proxy ${proxy.place}: the proxy ${proxy.place} ${words}`,
    ]);
  });

  it("that answers with a status of its own gives that to HTTP calls", async () => {
    const proxy = await proxyServer({ credentials: CREDENTIALS, hosts: {} });
    expect(await answered(open({ proxy: `http://${proxy.place}` }), "http://mcp.test/mcp")).toEqual([
      407,
      "",
    ]);
  });

  it.each([
    ["ends", "", "could not be reached"],
    ["speaks something else", "SSH-2.0-OpenSSH_9.2\r\n", "could not be reached"],
    ["sends into the tunnel", "HTTP/1.1 200 OK\r\n\r\nsurprise", "sent data of its own into the tunnel"],
  ])("that %s fails the call", async (_what, bytes, words) => {
    const { port } = await rawServer((socket) => socket.end(bytes));
    const { error, sent } = await failed(
      open({ proxy: `http://127.0.0.1:${String(port)}` }),
      "https://mcp.test/",
    );
    expect([sent, error.message]).toEqual([false, expect.stringContaining(words)]);
  });

  it("that is silent costs no more than connectTimeoutMs", async () => {
    const clock = new ManualClock();
    const asked = deferred();
    const { port } = await rawServer(() => asked.resolve());
    const connector = open({ proxy: `http://127.0.0.1:${String(port)}`, clock, connectTimeoutMs: 100 });
    const { answer } = ask(connector, "https://mcp.test/");
    await asked.promise;
    clock.advance(100);
    expect(await answer.over).toMatchObject({
      sent: false,
      error: { message: expect.stringContaining("did not connect within 100 ms") as string },
    });
  });

  it("that is slow leaves less of connectTimeoutMs for TLS", async () => {
    const clock = new ManualClock();
    const asked = deferred<Socket>();
    const greeted = deferred();
    const { port } = await rawServer((socket, _bytes, count) => {
      if (count === 1) asked.resolve(socket);
    });
    const connector = open({ proxy: `http://127.0.0.1:${String(port)}`, clock, connectTimeoutMs: 100 });
    const { answer } = ask(connector, "https://mcp.test/");
    const socket = await asked.promise;
    clock.advance(99);
    socket.once("data", () => greeted.resolve());
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    await greeted.promise;
    expect(answer.told).toEqual([]);
    clock.advance(1);
    expect(await answer.over).toMatchObject({
      sent: false,
      error: { message: expect.stringContaining("no connection within 100 ms") as string },
    });
  });

  it("is asked for no more tunnels at a time than maxConnections, and for the next when one is refused", async () => {
    const waiting: Socket[] = [];
    let asked = deferred();
    const refuse = (socket: Socket): unknown => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    const { port } = await rawServer((socket, request) => {
      if (request.includes("other.test")) return void refuse(socket);
      waiting.push(socket);
      if (waiting.length === 2) asked.resolve();
    });
    const connector = open({ proxy: `http://127.0.0.1:${String(port)}`, maxConnections: 2 });
    const calls = Array.from({ length: 6 }, () => failed(connector, "https://mcp.test/"));
    for (let round = 0; round < 3; round += 1) {
      await asked.promise;
      asked = deferred();
      await failed(connector, "https://other.test/", { pool: "control" });
      expect(waiting).toHaveLength(2);
      waiting.splice(0).forEach(refuse);
    }
    for (const { sent, error } of await Promise.all(calls))
      expect([sent, error.message]).toEqual([false, expect.stringContaining("refused to connect (502)")]);
  });

  it("gets calls through that waited for a tunnel, and no more tunnels than it may", async () => {
    const server = await webServer((_request, response) => response.end("{}"), certificate);
    const proxy = await proxyServer({ hosts: { "mcp.test": server.port } });
    const connector = open({ proxy: proxy.url, tls: trusting, maxConnections: 2 });
    const calls = Array.from({ length: 6 }, () => ask(connector, "https://mcp.test/mcp"));
    calls[0]?.open.abort();
    calls[4]?.open.abort();
    const rest = calls.filter((_, index) => index % 4 !== 0);
    expect(await Promise.all(rest.map(({ answer }) => answer.over))).toEqual(rest.map(() => undefined));
    expect(proxy.requests.length).toBeLessThanOrEqual(2);
  });

  it("that is silent is left when the connector is closed, and asked for nothing that waited", async () => {
    const asked = deferred();
    const proxy = await rawServer((socket, request) => {
      if (request.includes("other.test")) socket.end();
      else asked.resolve();
    });
    const connector = nodeConnector({ proxy: proxy.url, maxConnections: 1 });
    const calls = Array.from({ length: 3 }, () => ask(connector, "https://mcp.test/"));
    await asked.promise;
    const [socket] = proxy.sockets;
    const left = new Promise((resolve) => socket?.once("close", resolve));
    connector.close();
    await left;
    await failed(open({ proxy: proxy.url }), "https://other.test/");
    expect(calls.flatMap(({ answer }) => answer.told)).toEqual([]);
    expect(proxy.sockets).toHaveLength(2);
  });
});
