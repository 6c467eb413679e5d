import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { McpServer } from "@towpath/mcp-core";
import type { HttpCall } from "@towpath/mcp-core/http";
import { httpServer } from "@towpath/mcp-core/http-node";
import { RawConnection, rawRequest } from "@towpath/test-support/raw-connection.js";
import { selfSigned } from "@towpath/test-support/certificate.js";
import express from "express";
import Fastify from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { upgradeHandler, webSocket, type UpgradeHandler, type WebSocketOptions } from "../../src/index.js";
import { opening, RawWebSocket } from "../support/raw-web-socket.js";
import { stage } from "../support/stage.js";
import { connected, started } from "../support/start.js";

/** The port of a host's server that listens until the test has ended. */
async function listening(server: Server, handler: UpgradeHandler): Promise<number> {
  onTestFinished(async () => {
    await handler.drain({ timeoutMs: 0 });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  return (server.address() as AddressInfo).port;
}

function mounted(server: Server, options?: WebSocketOptions): UpgradeHandler {
  const handler = upgradeHandler(stage().mcp, options);
  server.on("upgrade", handler);
  return handler;
}

async function adds(port: number, path = "/ws"): Promise<void> {
  const client = await connected(`ws://127.0.0.1:${String(port)}${path}`);
  expect(await client.callTool("add", { a: 1, b: 2 })).toMatchObject({ content: [{ text: "3" }] });
}

describe("upgradeHandler", () => {
  it("serves on a server of node:http, and refuses other paths", async () => {
    const server = createServer((_request, response) => response.end("web"));
    const handler = mounted(server, { path: "/tools/ws" });
    const port = await listening(server, handler);
    await adds(port, "/tools/ws");
    expect((await rawRequest(port, opening())).status).toBe(404);
    expect((await rawRequest(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")).body).toBe("web");
    expect([handler.serves("/tools/ws"), handler.serves("/ws")]).toEqual([true, false]);
  });

  it("leaves other paths to whoever is next", async () => {
    const server = createServer();
    const handler = upgradeHandler(stage().mcp);
    server.on("upgrade", (request, socket: Duplex, head) => {
      handler(request, socket, head, () => socket.end("HTTP/1.1 418 Next\r\nContent-Length: 0\r\n\r\n"));
    });
    const port = await listening(server, handler);
    await adds(port);
    expect((await rawRequest(port, opening({}, "GET /other HTTP/1.1"))).status).toBe(418);
  });

  it("serves beside Express", async () => {
    const app = express();
    app.get("/page", (_request, response) => void response.send("page"));
    const server = createServer((request, response) => void app(request, response));
    const port = await listening(server, mounted(server));
    await adds(port);
    expect(await (await fetch(`http://127.0.0.1:${String(port)}/page`)).text()).toBe("page");
  });

  it("serves beside Fastify", async () => {
    const app = Fastify();
    app.get("/page", () => "page");
    const handler = mounted(app.server);
    onTestFinished(async () => {
      await handler.drain({ timeoutMs: 0 });
      await app.close();
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    const [{ port }] = app.addresses() as [AddressInfo];
    await adds(port);
    expect(await (await fetch(`http://127.0.0.1:${String(port)}/page`)).text()).toBe("page");
  });

  it("serves any host, and no web page, unless told otherwise", async () => {
    const server = createServer();
    const port = await listening(server, mounted(server));
    await RawWebSocket.open(port, { host: "mcp.example" });
    const page = opening({ host: "mcp.example", origin: "https://mcp.example" });
    expect((await rawRequest(port, page)).status).toBe(403);
  });

  it("drains by itself, while its host goes on", async () => {
    const server = createServer((_request, response) => response.end("web"));
    const handler = mounted(server);
    const port = await listening(server, handler);
    const socket = await RawWebSocket.open(port);
    await handler.drain({ timeoutMs: 0 });
    await socket.connection.closed;
    expect((await rawRequest(port, opening())).status).toBe(503);
    expect((await rawRequest(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")).body).toBe("web");
  });
});

describe("webSocket", () => {
  it("listens on a port of its own, with paths that tell how it is", async () => {
    const { url, port } = await started(stage().mcp);
    expect(url).toBe(`ws://127.0.0.1:${String(port)}/ws`);
    for (const path of ["health", "ready"])
      expect((await fetch(`http://127.0.0.1:${String(port)}/${path}`)).status).toBe(200);
  });

  it("listens with TLS", async () => {
    const tls = selfSigned();
    const { url } = await started(stage().mcp, { tls });
    expect(url).toMatch(/^wss:/);
    const client = await connected(url, {}, { tls: { ca: tls.cert } });
    const large = await client.callTool("long", { length: 1_000_000 });
    expect(large).toMatchObject({ content: [{ text: expect.stringMatching(/^x{1000000}$/) as unknown }] });
  });

  it("shares a server with what else is on it", async () => {
    const page = { paths: ["/"], handle: (call: HttpCall) => call.send(200, {}, "page") };
    const transport = httpServer({ port: 0 }, webSocket({ path: "/a" }), webSocket({ path: "/b" }), page);
    const running = await stage().mcp.start(transport);
    onTestFinished(() => running.drain({ timeoutMs: 0 }));
    expect(running.urls).toHaveLength(2);
    for (const url of running.urls) {
      const client = await connected(url);
      expect(await client.callTool("add", { a: 1, b: 2 })).toMatchObject({ content: [{ text: "3" }] });
    }
    const { port } = new URL(running.urls[0] ?? "");
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("page");
  });

  it("rejects when it cannot listen", async () => {
    const { port } = await started(stage().mcp);
    await expect(new McpServer("second").start(webSocket({ port }))).rejects.toThrow(/EADDRINUSE/);
  });

  it.each([
    [{ path: "ws" }, TypeError, /path/],
    [{ pingMs: 0 }, RangeError, /pingMs/],
    [{ authorize: true }, TypeError, /authorize/],
    [{ allowedHosts: ["a b"] }, TypeError, /allowedHosts/],
    [{ limits: { maxMessageBytes: 0 } }, RangeError, /maxMessageBytes/],
    [{ limits: { maxMessages: 1 } }, TypeError, /maxMessages/],
    [{ pingEvery: 1 }, TypeError, /pingEvery/],
  ])("refuses %o where it is written", (options, error, message) => {
    expect(() => webSocket(options as never)).toThrow(error);
    expect(() => webSocket(options as never)).toThrow(message);
    expect(() => upgradeHandler(stage().mcp, options as never)).toThrow(message);
  });
});

describe("a host that hands over a socket which is gone", () => {
  it("is not harmed", async () => {
    const server = createServer();
    const handler = upgradeHandler(stage().mcp);
    server.on("upgrade", (request, socket: Duplex, head) => {
      socket.destroy();
      handler(request, socket, head);
    });
    const port = await listening(server, handler);
    const connection = await RawConnection.open(port);
    await connection.write(opening()).closed;
  });
});
