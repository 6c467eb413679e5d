import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { McpServer, type JsonRpcRequest } from "@towpath/mcp-core";
import type { Dispatcher, Exchange, Link, MaybePromise, Reply } from "@towpath/mcp-core/transport";
import { describe, expect, it } from "vitest";
import { stdio, type StdioOptions } from "./server.js";

/** Serves requests as a test says. */
function dispatcher(
  request: (message: JsonRpcRequest, exchange: Exchange) => MaybePromise<Reply | undefined>,
) {
  const closeReasons: string[] = [];
  const link: Link = {
    revision: undefined,
    request,
    notify: () => undefined,
    answer: () => "unknown",
    adopt: () => undefined,
    missed: () => undefined,
    drain: () => undefined,
    close: ({ kind }) => void closeReasons.push(kind),
  };
  const to: Dispatcher = { open: () => link };
  return { to, closeReasons };
}

const echo = dispatcher(({ id, params }) => ({
  json: JSON.stringify({ jsonrpc: "2.0", id, result: params ?? {} }),
}));

/** `stdio` on two streams, with what it wrote so far. */
async function setUp(to: Dispatcher, options: StdioOptions = {}) {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let text = "";
  stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const listener = await stdio({ stdin, stdout, ...options }).start(to);
  const written = (): unknown[] =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);
  return { stdin, stdout, listener, written };
}

const request = (id: number, params: object = {}): string =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method: "echo", params })}\n`;

describe("stdio: messages", () => {
  it("serves what comes in, and is over when stdin ends", async () => {
    const { stdin, listener, written } = await setUp(echo.to);
    stdin.write(request(1, { text: "grün" }));
    stdin.end(request(2).trim());
    await listener.closed;
    expect(written()).toEqual([
      { jsonrpc: "2.0", id: 1, result: { text: "grün" } },
      { jsonrpc: "2.0", id: 2, result: {} },
    ]);
  });

  it("carries a server in both eras on one pipe", async () => {
    const mcp = new McpServer("two-eras");
    const { stdin, listener, written } = await setUp(mcp);
    const clientInfo = { name: "test", version: "1" };
    const initialize = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": clientInfo,
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    stdin.write(
      `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "server/discover", params: { _meta } })}\n`,
    );
    stdin.end(`${JSON.stringify({ jsonrpc: "2.0", id: 2, method: "initialize", params: initialize })}\n`);
    await listener.closed;
    expect(written()).toMatchObject([
      { id: 1, result: { supportedVersions: ["2026-07-28"] } },
      { id: 2, result: { protocolVersion: "2025-11-25" } },
    ]);
  });

  it("answers malformed and invalid input, and goes on serving", async () => {
    const { stdin, listener, written } = await setUp(echo.to);
    stdin.end(`nonsense\n{"jsonrpc":"2.0","id":5}\n${request(6)}`);
    await listener.closed;
    expect(written()).toMatchObject([
      { error: { code: -32700 } },
      { id: 5, error: { code: -32600 } },
      { id: 6 },
    ]);
  });

  it("answers a message that is too long with its id and the limit, skips it, and goes on serving", async () => {
    const { stdin, listener, written } = await setUp(echo.to, { maxMessageBytes: 100 });
    stdin.end(request(1, { text: "x".repeat(200_000) }) + request(2));
    await listener.closed;
    const message: unknown = expect.stringContaining("at most 100 bytes (maxMessageBytes)");
    expect(written()).toMatchObject([
      { id: 1, error: { code: -32600, message } },
      { id: 2, result: {} },
    ]);
  });

  it("reads on while its output is blocked, and suspends whoever sends", async () => {
    const served: unknown[] = [];
    const { to } = dispatcher(({ id }, exchange) => {
      served.push(id);
      const sent = exchange.send({
        jsonrpc: "2.0",
        method: "notifications/x",
        params: { text: "x".repeat(100) },
      });
      return Promise.resolve(sent).then(() => ({ json: JSON.stringify({ jsonrpc: "2.0", id, result: {} }) }));
    });
    const stdin = new PassThrough();
    const stdout = new PassThrough({ highWaterMark: 1 });
    const listener = await stdio({ stdin, stdout, maxQueuedBytes: 50 }).start(to);
    stdin.end(request(1) + request(2) + request(3));
    await once(stdin, "end");
    expect(served).toEqual([1, 2, 3]);
    let text = "";
    stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await listener.closed;
    const ids = text
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { id?: number }).id);
    expect(ids.filter((id) => id !== undefined)).toEqual([1, 2, 3]);
  });

  it("cuts off a client that sends and sends, and reads nothing", async () => {
    const { to, closeReasons } = dispatcher(({ id }) => ({ json: `{"id":${String(id)}}` }));
    const stdin = new PassThrough();
    const limits = { maxInFlight: 2, maxQueued: 2 };
    const stdout = new PassThrough({ highWaterMark: 1 });
    const listener = await stdio({ stdin, stdout, maxQueuedBytes: 1, limits }).start(to);
    for (let id = 0; id < 20; id += 1) stdin.write(request(id));
    await listener.closed;
    expect(closeReasons).toEqual(["lost"]);
    expect([stdin.destroyed, stdout.destroyed]).toEqual([true, true]);
  });
});

describe("stdio: its end", () => {
  it("lets what is in flight finish when stdin ended", async () => {
    let finish: (reply: Reply) => void = () => undefined;
    const { to, closeReasons } = dispatcher(() => new Promise((resolve) => (finish = resolve)));
    const { stdin, listener, written } = await setUp(to, { gracePeriodMs: Infinity });
    stdin.end(request(1));
    await once(stdin, "end");
    expect(closeReasons).toEqual([]);
    finish({ json: '{"the":"reply"}' });
    await listener.closed;
    expect(written()).toEqual([{ the: "reply" }]);
    expect(closeReasons).toEqual(["closed"]);
  });

  it("waits no longer than the grace period", async () => {
    const { to, closeReasons } = dispatcher(() => new Promise(() => undefined));
    const { stdin, listener } = await setUp(to, { gracePeriodMs: 1 });
    stdin.end(request(1));
    await listener.closed;
    expect(closeReasons).toEqual(["closed"]);
  });

  it("waits no longer than the grace period for a client that does not read", async () => {
    const stdin = new PassThrough();
    const stdout = new PassThrough({ highWaterMark: 1 });
    const listener = await stdio({ stdin, stdout, gracePeriodMs: 1 }).start(echo.to);
    stdin.end(request(1) + request(2));
    await listener.closed;
    expect(stdout.destroyed).toBe(true);
  });

  it("drains when told to, though stdin goes on", async () => {
    let finish: (reply: Reply) => void = () => undefined;
    const { to } = dispatcher(() => new Promise((resolve) => (finish = resolve)));
    const { stdin, stdout, listener, written } = await setUp(to);
    stdin.write(request(1));
    const drained = listener.drain({ timeoutMs: Infinity });
    const refused = once(stdout, "data");
    stdin.write(request(2));
    await refused;
    finish({ json: '{"the":"reply"}' });
    await drained;
    expect(written()).toMatchObject([{ id: 2, error: { code: -31002 } }, { the: "reply" }]);
    expect(stdout.writableEnded).toBe(true);
  });

  it("hurries when told to end after stdin ended, and answers what can be answered still", async () => {
    let finish: (reply: Reply) => void = () => undefined;
    const { to } = dispatcher(({ id }) => new Promise((resolve) => id === 1 && (finish = resolve)));
    const { stdin, listener, written } = await setUp(to, { gracePeriodMs: Infinity });
    stdin.end(request(1) + request(2));
    await once(stdin, "end");
    const drained = listener.drain();
    finish({ json: '{"the":"reply"}' });
    await drained;
    expect(written()).toEqual([{ the: "reply" }]);
  });

  it("hurries when stdin ends after it was told to end", async () => {
    const { to, closeReasons } = dispatcher(() => new Promise(() => undefined));
    const { stdin, listener } = await setUp(to, { gracePeriodMs: Infinity });
    stdin.write(request(1));
    const drained = listener.drain();
    stdin.end();
    await drained;
    expect(closeReasons).toEqual(["closed"]);
  });

  it("takes the time it is told to take, though stdin ended", async () => {
    let finish: (reply: Reply) => void = () => undefined;
    const { to } = dispatcher(() => new Promise((resolve) => (finish = resolve)));
    const { stdin, listener, written } = await setUp(to, { gracePeriodMs: Infinity });
    stdin.end(request(1));
    await once(stdin, "end");
    const drained = listener.drain({ timeoutMs: Infinity });
    finish({ json: '{"the":"reply"}' });
    await drained;
    expect(written()).toEqual([{ the: "reply" }]);
  });

  it("is over only when handlers that were aborted have ended", async () => {
    const events: string[] = [];
    let settle: (reply: undefined) => void = () => undefined;
    const link: Link = {
      ...echo.to.open({ id: "peer", transport: "stdio" }),
      request: () => new Promise((resolve) => (settle = resolve)),
      close: () => {
        events.push("aborted");
        settle(undefined);
        return new Promise((resolve) => {
          setImmediate(() => {
            events.push("cleaned up");
            resolve();
          });
        });
      },
    };
    const { stdin, listener } = await setUp({ open: () => link }, { gracePeriodMs: 1 });
    stdin.end(request(1));
    await listener.closed;
    expect(events).toEqual(["aborted", "cleaned up"]);
  });

  it.each(["stdin", "stdout"] as const)(
    "does not wait for what is in flight when %s breaks",
    async (broken) => {
      const { to, closeReasons } = dispatcher(() => new Promise(() => undefined));
      const streams = await setUp(to, { gracePeriodMs: Infinity });
      streams.stdin.write(request(1));
      streams[broken].destroy(new Error("EPIPE"));
      await streams.listener.closed;
      expect(closeReasons).toEqual(["lost"]);
    },
  );

  it("is over at once on a stdin that has ended already", async () => {
    const stdin = new PassThrough().end().resume();
    await once(stdin, "close");
    const listener = await stdio({ stdin, stdout: new PassThrough() }).start(echo.to);
    await listener.closed;
  });
});

describe("stdio: sockets", () => {
  it("frames messages on a TCP connection just as well", async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      void stdio({ stdin: socket, stdout: socket }).start(echo.to);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    // A server that listens on a port has an address of this type.
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").setEncoding("utf8");
    socket.end(request(1, { over: "tcp" }));
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(JSON.parse(text)).toEqual({ jsonrpc: "2.0", id: 1, result: { over: "tcp" } });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("stdio: options", () => {
  it.each([
    [{ maxMessageBytes: 0 }, "maxMessageBytes"],
    [{ maxQueuedBytes: -1 }, "maxQueuedBytes"],
    [{ gracePeriodMs: Number.NaN }, "gracePeriodMs"],
    [{ limits: { maxInFlight: 0 } }, "maxInFlight"],
  ])("refuses %j, naming the option", (options, name) => {
    expect(() => stdio(options)).toThrow(name);
  });
});
