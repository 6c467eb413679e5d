import { Agent, request, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { selfSigned } from "@towpath/test-support/certificate.js";
import { describe, expect, it, onTestFinished } from "vitest";
import type { HttpCall } from "../http/call.js";
import { McpServer } from "../server/server.js";
import { memoryState } from "../state/index.js";
import { ManualClock } from "../testing/manual-clock.js";
import { httpServer } from "./http-server.js";
import type { HttpServerOptions } from "./listen-options.js";
import { mountable } from "./mountable.js";
import type { NodeService } from "./node-service.js";

const mcp = new McpServer("served");

/** Answers with its name, and the body it was sent. */
const echo = (name: string, ...paths: string[]): NodeService => ({
  paths,
  ...(paths[0] !== undefined && { endpoint: paths[0] }),
  handle: (call: HttpCall) => {
    void call.body().then((body) => {
      call.send(200, { "content-type": "text/plain" }, `${name} ${body.kind === "text" ? body.text : ""}`);
    });
  },
});

/** Takes sockets over, and says so. */
const upgrading = (path: string): NodeService => ({
  ...echo("not upgraded", path),
  upgrade: (_request, socket) => {
    socket.on("error", () => socket.destroy());
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\nhello");
  },
});

async function started(parts: NodeService[], options: HttpServerOptions = {}) {
  const listener = await httpServer({ port: 0, ...options }, ...parts).start(mcp);
  onTestFinished(() => listener.drain({ timeoutMs: 0 }));
  const urls = listener.urls ?? [];
  return { listener, urls, origin: new URL(urls[0] ?? "").origin.replace("ws", "http") };
}

const textOf = async (url: string, init?: RequestInit): Promise<[number, string]> => {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
};

/** One that leaves what comes to other nodes as soon as it is drained. */
async function startedWithOthers() {
  const shared = new McpServer("shared", { state: memoryState() });
  const listener = await httpServer({ port: 0 }, echo("a", "/a")).start(shared);
  onTestFinished(() => listener.drain({ timeoutMs: 0 }));
  return { listener, url: listener.urls?.[0] ?? "" };
}

async function connected(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** The answer to a request after which the server ends the connection. */
async function onlyAnswer(socket: Socket): Promise<string> {
  socket.write("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\nconnection: close\r\n/i);
  return answer;
}

/** All that a server says to these bytes until it ends the connection. */
async function raw(origin: string, ...lines: string[]): Promise<string> {
  const { port } = new URL(origin);
  const socket: Socket = connect(Number(port), "127.0.0.1");
  let received = "";
  socket.setEncoding("utf8").on("data", (piece: string) => (received += piece));
  socket.write(lines.join("\r\n"));
  await once(socket, "end");
  socket.destroy();
  return received;
}

describe("httpServer", () => {
  it("has several services on one port, and tells where each is", async () => {
    const { urls, origin } = await started([echo("a", "/a"), echo("b", "/b", "/b/more"), upgrading("/c")]);
    expect(urls).toEqual([`${origin}/a`, `${origin}/b`, `${origin.replace("http", "ws")}/c`]);
    expect(await textOf(`${origin}/a?x=1`, { method: "POST", body: "1" })).toEqual([200, "a 1"]);
    expect(await textOf(`${origin}/b/more`, { method: "POST", body: "2" })).toEqual([200, "b 2"]);
    expect(await textOf(`${origin}/d`)).toEqual([404, "Not found"]);
  });

  it("tells how it is", async () => {
    const { origin } = await started([echo("a", "/a")], { ready: "/ok" });
    expect(await textOf(`${origin}/health`)).toEqual([200, "ok"]);
    expect(await textOf(`${origin}/ok`)).toEqual([200, "ready"]);
  });

  it("is not ready any more while it goes on serving before a drain", async () => {
    const clock = new ManualClock();
    const { listener, origin } = await started([echo("a", "/a")], { drainDelayMs: 1_000, clock });
    const drained = listener.drain();
    expect(await textOf(`${origin}/ready`)).toEqual([503, "not ready: shutting down"]);
    expect(await textOf(`${origin}/health`)).toEqual([200, "ok"]);
    expect(await textOf(`${origin}/a`)).toEqual([200, "a "]);
    clock.advance(1_000);
    await drained;
  });

  it("drains all its services, and only once", async () => {
    const drained: (number | undefined)[] = [];
    const draining = (path: string): NodeService => ({
      ...echo("a", path),
      drain: async (timeoutMs) => void drained.push(timeoutMs),
    });
    const { listener } = await started([draining("/a"), draining("/b")]);
    await Promise.all([listener.drain({ timeoutMs: 7 }), listener.drain({ timeoutMs: 9 })]);
    expect(drained).toEqual([7, 7]);
  });

  it("answers what comes on connections that were made before a drain, each once", async () => {
    const { listener, url } = await startedWithOthers();
    const silent = await connected(url);
    expect(await textOf(url)).toEqual([200, "a "]); // by which time the silent one was accepted
    const waiting = await Promise.all(Array.from({ length: 50 }, () => connected(url)));
    const drained = listener.drain();
    for (const socket of [silent, ...waiting]) expect(await onlyAnswer(socket)).toMatch(/a $/);
    await drained;
  });

  it("ends although a service fails to, and tells of it", async () => {
    const failures: unknown[] = [];
    const failing: NodeService = {
      ...echo("a", "/a"),
      leave: () => {
        throw new Error("cannot leave");
      },
      drain: () => Promise.reject(new Error("cannot drain")),
    };
    const { listener } = await started([failing], { onError: (error) => failures.push(error) });
    await listener.drain();
    expect(failures).toMatchObject([{ message: "cannot leave" }, { message: "cannot drain" }]);
  });

  it("ends connections that never became any of HTTP, and those a service took over and left", async () => {
    const { key, cert } = selfSigned();
    const secure = await started([echo("a", "/a")], { tls: { key, cert } });
    const silent = connect(Number(new URL(secure.origin).port), "127.0.0.1");
    await once(silent, "connect");
    const taking: NodeService = {
      ...echo("ws", "/ws"),
      upgrade: (_request, socket) => void socket.write("taken"),
    };
    const plain = await started([taking]);
    const taken = connect(Number(new URL(plain.origin).port), "127.0.0.1");
    taken.write("GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
    await once(taken, "data");
    const ends = [silent, taken].map((socket) => {
      socket.on("error", () => undefined).resume();
      return once(socket, "close");
    });
    await Promise.all([secure.listener.drain({ timeoutMs: 0 }), plain.listener.drain({ timeoutMs: 0 })]);
    await Promise.all(ends);
  });

  it.each([
    [[echo("a", "/a"), echo("b", "/a")], {}],
    [[echo("a", "/health")], {}],
    [[echo("a", "/a")], { health: "/a" }],
  ] as [NodeService[], HttpServerOptions][])(
    "does not start with one path that is there twice",
    async (parts, options) => {
      const starting = httpServer({ port: 0, ...options }, ...parts).start(mcp);
      await expect(starting).rejects.toThrow(/All paths of a server must differ, and \/\w+ is there twice/);
    },
  );

  it("says what is no option of its own", () => {
    expect(() => httpServer({ path: "/mcp" } as HttpServerOptions)).toThrow(
      /There is no "path" in the options of httpServer/,
    );
  });

  it("ends what was mounted when it cannot listen", async () => {
    const { origin } = await started([echo("a", "/a")]);
    const drained: string[] = [];
    const service: NodeService = { ...echo("b", "/b"), drain: async () => void drained.push("b") };
    const starting = httpServer({ port: Number(new URL(origin).port) }, service).start(mcp);
    await expect(starting).rejects.toThrow(/EADDRINUSE/);
    expect(drained).toEqual(["b"]);
  });
});

describe("an upgrade", () => {
  const asking = (path: string, protocol: string): string[] => [
    `GET ${path} HTTP/1.1`,
    "Host: localhost",
    "Connection: Upgrade, close",
    `Upgrade: ${protocol}`,
    "",
    "",
  ];

  it("goes to the service at its path", async () => {
    const { origin } = await started([echo("a", "/a"), upgrading("/ws")]);
    expect(await raw(origin, ...asking("/ws", "websocket"))).toMatch(/101 Switching Protocols[^]*hello$/);
  });

  it("that nobody takes there is a request like any other, with its body", async () => {
    const { origin } = await started([echo("a", "/a"), upgrading("/ws")]);
    const [, ...rest] = asking("/a", "h2c");
    const head = [...rest.slice(0, -2), "Content-Length: 4", "", "body"];
    expect(await raw(origin, "POST /a HTTP/1.1", ...head)).toMatch(/200 OK[^]*a body$/);
    expect(await raw(origin, ...asking("/nowhere", "websocket"))).toMatch(/404 Not Found[^]*Not found$/);
  });

  it("that nobody takes leaves what follows on the same connection alone", async () => {
    const { origin } = await started([echo("a", "/a"), upgrading("/ws")]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const ask = async (headers: Record<string, string>, body: string): Promise<[string, Socket]> => {
      const call = request(`${origin}/a`, { agent, method: "POST", headers });
      call.end(body);
      const [response] = (await once(call, "response")) as [IncomingMessage];
      return [await text(response), response.socket];
    };
    const [first, socket] = await ask({ connection: "Upgrade", upgrade: "h2c" }, "1");
    const [second, same] = await ask({}, "2");
    expect([first, second, same === socket]).toEqual(["a 1", "a 2", true]);
  });

  it("is not looked for where no service takes any", async () => {
    const { origin } = await started([echo("a", "/a")]);
    expect(await raw(origin, ...asking("/a", "websocket"))).toMatch(/200 OK/);
  });
});

describe("a transport that can be mounted", () => {
  const transport = (options: HttpServerOptions) =>
    mountable("test", options, (own) => () => ({ ...echo(JSON.stringify(own), "/test"), endpoint: "/test" }));

  it("listens by itself", async () => {
    const listener = await transport({ port: 0 }).start(mcp);
    onTestFinished(() => listener.drain());
    expect(await textOf(listener.urls?.[0] ?? "")).toEqual([200, "{} "]);
  });

  it("shares a server with others, and gets its own options", async () => {
    const onError = (): void => undefined;
    const listener = await httpServer({ port: 0 }, transport({ onError }), echo("b", "/b")).start(mcp);
    onTestFinished(() => listener.drain());
    expect(await textOf(listener.urls?.[0] ?? "")).toEqual([200, "{} "]);
  });

  it("does not take how to listen from two places", async () => {
    const starting = httpServer({ port: 0 }, transport({ port: 0, host: "::1" })).start(mcp);
    await expect(starting).rejects.toThrow(
      /test shares a server here, to which its options port, host belong/,
    );
  });

  it("says at once which option is wrong", () => {
    expect(() => transport({ port: -1 })).toThrow(/port must be/);
    expect(() => transport({ ready: "x" })).toThrow(/ready must be a path/);
  });
});

it("asks a client that waits for it for its body", async () => {
  const { origin } = await started([echo("a", "/a")]);
  const call = request(`${origin}/a`, {
    method: "POST",
    headers: { expect: "100-continue", connection: "close" },
  });
  call.flushHeaders();
  await once(call, "continue");
  call.end("body");
  const [response] = (await once(call, "response")) as [{ statusCode: number }];
  expect(response.statusCode).toBe(200);
});
