import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { BodyError } from "../http/body-error.js";
import type { CallLimits, EventSink } from "../http/call.js";
import { NodeCall } from "./node-call.js";

const LIMITS: CallLimits = {
  maxBodyBytes: 1000,
  maxTotalBodyBytes: 10_000,
  requestTimeoutMs: 10_000,
  maxQueuedBytes: 1_000_000,
  stallTimeoutMs: 10_000,
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(
  handle: (call: NodeCall, request: IncomingMessage, response: ServerResponse) => unknown,
  limits: Partial<CallLimits> = {},
): Promise<{ url: string; port: number; server: Server }> {
  const all = { ...LIMITS, ...limits };
  const server = createServer((request, response) => {
    void handle(new NodeCall(request, response, all), request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}/mcp`, port, server };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** A raw connection, and all that came over it. */
class Wire {
  received = "";
  readonly closed: Promise<void>;
  readonly #waiting = new Set<() => void>();

  constructor(readonly socket: Socket) {
    socket.on("data", (data: Buffer) => {
      this.received += data.toString("latin1");
      for (const check of this.#waiting) check();
    });
    // A reset is one of the ways to be cut off.
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  /** Settles once this was received. */
  async until(text: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!this.received.includes(text)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}

async function open(port: number, text: string): Promise<Wire> {
  const socket = connect(port, "127.0.0.1");
  closers.push(() => socket.destroy());
  await once(socket, "connect");
  socket.write(text);
  return new Wire(socket);
}

const post = (headers: string, body = ""): string => `POST /mcp HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`;

const like = (...words: readonly string[]): unknown =>
  expect.stringMatching(new RegExp(words.join(".*"))) as unknown;

/** Answers with what the body was, or with why it could not be read. */
async function echo(call: NodeCall): Promise<void> {
  try {
    const body = await call.body();
    call.send(200, {}, body.kind === "text" ? body.text : JSON.stringify(body.value));
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    call.send(error.status, { "x-kind": error.kind }, error.message);
  }
}

describe("the head of a NodeCall", () => {
  it("has the method, the path without its query and the headers", async () => {
    const { url } = await serve((call) => {
      const found = ["X-One", "x-none", "constructor", "__proto__"].map((name) => call.headers.get(name));
      call.send(200, {}, JSON.stringify([call.method, call.path, ...found]));
    });
    const response = await fetch(`${url}/%41?b=c?d`, { method: "PUT", headers: { "x-one": "1" } });
    expect(await response.json()).toEqual(["PUT", "/mcp/%41", "1", null, null, null]);
  });

  it("has headers that can be kept without the request, and are the same", async () => {
    const { url } = await serve((call, request) => {
      const kept = call.headers.apart?.();
      Object.defineProperty(request, "headers", { value: {} });
      call.send(200, {}, JSON.stringify([kept?.get("x-one"), call.headers.get("x-one")]));
    });
    const response = await fetch(url, { headers: { "x-one": "1" } });
    expect(await response.json()).toEqual(["1", null]);
  });

  it("has what stands behind the path, as a framework was asked for it", async () => {
    const { port } = await serve((_call, request, response) => {
      if (request.url === "/mounted") Object.assign(request, { originalUrl: "/app/mcp?a=1%202&a=3?" });
      const call = new NodeCall(request, response, LIMITS);
      call.send(200, {}, JSON.stringify([...call.query]));
    });
    const asked = async (path: string): Promise<unknown> =>
      (await fetch(`http://127.0.0.1:${String(port)}${path}`)).json();
    expect(await asked("/mcp?session=x&b")).toEqual([
      ["session", "x"],
      ["b", ""],
    ]);
    expect(await asked("/mcp")).toEqual([]);
    expect(await asked("/mounted")).toEqual([
      ["a", "1 2"],
      ["a", "3?"],
    ]);
  });

  it("has the path a framework was asked for, not what it left of it", async () => {
    const { port } = await serve((_call, request, response) => {
      Object.assign(request, { originalUrl: "/app/mcp?x", url: "/?x" });
      const call = new NodeCall(request, response, LIMITS);
      call.send(200, {}, call.path);
    });
    expect(await (await fetch(`http://127.0.0.1:${String(port)}`)).text()).toBe("/app/mcp");
  });

  it("has the path of a request that names a whole URL", async () => {
    const { port } = await serve((call) => call.send(200, {}, `[${call.path}]`));
    await (await open(port, "GET http://a.example/mcp?x HTTP/1.1\r\nHost: a\r\n\r\n")).until("[/mcp]");
    await (await open(port, "GET http://a.example HTTP/1.1\r\nHost: a\r\n\r\n")).until("[/]");
  });
});

describe("the body of a NodeCall", () => {
  it.each([
    ["empty", ""],
    ["short", `{"a":"é漢😀"}`],
    ["of the longest length", "x".repeat(1000)],
  ])("is read when %s", async (_name, body) => {
    const { url } = await serve(echo);
    expect(await (await fetch(url, { method: "POST", body })).text()).toBe(body);
  });

  it("is read from pieces cut anywhere", async () => {
    const bytes = Buffer.from(`{"a":"漢字"}`);
    const { port } = await serve(async (call, request) => {
      const first = once(request, "data");
      const body = call.body();
      await first;
      wire.socket.write(bytes.subarray(7));
      call.send(200, {}, JSON.stringify(await body));
    });
    const wire = await open(port, post(`Content-Length: ${String(bytes.length)}\r\n`));
    wire.socket.write(bytes.subarray(0, 7));
    await wire.until('kind":"text"');
    await wire.until("}");
    expect(Buffer.from(wire.received, "latin1").toString()).toContain(String.raw`{\"a\":\"漢字\"}`);
  });

  it("is what the host made of it", async () => {
    const { url } = await serve(async (_call, request, response) => {
      request.resume();
      await once(request, "end");
      await echo(new NodeCall(request, response, LIMITS, { a: 1 }));
    });
    expect(await (await fetch(url, { method: "POST", body: "{}" })).json()).toEqual({ a: 1 });
  });

  it("says so when the host has read it and left nothing", async () => {
    const { url } = await serve(async (call, request) => {
      request.resume();
      await once(request, "end");
      await echo(call);
    });
    const response = await fetch(url, { method: "POST", body: "{}" });
    expect([response.status, response.headers.get("x-kind")]).toEqual([500, "consumed"]);
  });

  it("is refused before any of it came when it says it is too large", async () => {
    const { port } = await serve(echo);
    const wire = await open(port, post("Content-Length: 1001\r\n"));
    await wire.until("1000 bytes (maxBodyBytes)");
    expect(wire.received).toMatch(/^HTTP\/1.1 413 .*\r\nconnection: close\r\n/is);
  });

  it("is refused as soon as it is too large, and a client that goes on sending is cut off", async () => {
    const { port } = await serve(echo, { requestTimeoutMs: 200 });
    const wire = await open(port, post("Transfer-Encoding: chunked\r\n", `3e9\r\n${"x".repeat(1001)}\r\n`));
    const sending = setInterval(() => wire.socket.write("1\r\nx\r\n"), 5);
    closers.push(() => clearInterval(sending));
    await wire.until("1000 bytes (maxBodyBytes)");
    await wire.closed;
  });

  it("lets a client that sends all of a body that is too large read the answer", async () => {
    const { url } = await serve(echo);
    const response = await fetch(url, { method: "POST", body: "x".repeat(5_000_000) });
    expect([response.status, response.headers.get("x-kind")]).toEqual([413, "too-large"]);
    expect(await response.text()).toContain("maxBodyBytes");
  });

  it("is refused when all that are being read would be too much, until another has ended", async () => {
    const { url, port } = await serve(echo, { maxTotalBodyBytes: 1000 });
    const other = async (): Promise<unknown> => {
      const response = await fetch(url, { method: "PUT", body: "x".repeat(300) });
      return [response.status, response.headers.get("x-kind"), await response.text()];
    };
    for (const ends of [(wire: Wire) => wire.socket.write("y"), (wire: Wire) => wire.socket.destroy()]) {
      const wire = await open(port, post("Content-Length: 601\r\n", "x".repeat(600)));
      await expect.poll(other).toEqual([503, "overloaded", like("1000 bytes", "maxTotalBodyBytes")]);
      ends(wire);
      await expect.poll(other).toEqual([200, null, "x".repeat(300)]);
    }
  });

  it("costs something for each of its pieces", async () => {
    const { port } = await serve(echo, { maxTotalBodyBytes: 1000 });
    const pieces = "1\r\nx\r\n".repeat(10);
    const wire = await open(port, post("Transfer-Encoding: chunked\r\n", `${pieces}0\r\n\r\n`));
    await wire.until("maxTotalBodyBytes");
    expect(wire.received).toMatch(/^HTTP\/1.1 503 /);
  });

  it("is refused when it is slow", async () => {
    const { port } = await serve(echo, { requestTimeoutMs: 50 });
    const wire = await open(port, post("Content-Length: 5\r\n", "x"));
    await wire.until("within 50 ms (requestTimeoutMs)");
    expect(wire.received).toMatch(/^HTTP\/1.1 408 /);
    await wire.closed;
  });

  it("is refused when it is not UTF-8", async () => {
    const { url } = await serve(echo);
    const response = await fetch(url, { method: "POST", body: new Uint8Array([0x22, 0xc3, 0x28, 0x22]) });
    expect([response.status, response.headers.get("x-kind")]).toEqual([400, "not-utf8"]);
  });

  it("may have a replacement character of its own", async () => {
    const { url } = await serve(echo);
    expect(await (await fetch(url, { method: "POST", body: "\uFFFD" })).text()).toBe("\uFFFD");
  });

  it("is refused when it is compressed", async () => {
    const { url } = await serve(echo);
    const headers = { "content-encoding": "gzip" };
    const response = await fetch(url, { method: "POST", headers, body: gzipSync("{}") });
    expect([response.status, response.headers.get("x-kind")]).toEqual([415, "encoding"]);
  });

  it("fails when the client goes away while it sends", async () => {
    const failed = deferred<unknown>();
    const { port } = await serve((call, request) => {
      call.body().catch(failed.resolve);
      request.once("data", () => wire.socket.destroy());
    });
    const wire = await open(port, post("Content-Length: 5\r\n", "x"));
    expect(await failed.promise).toMatchObject({ name: "BodyError", kind: "aborted", status: 400 });
  });
});

describe("a whole answer of a NodeCall", () => {
  it("has the length of its bytes and leaves the connection open", async () => {
    const { port } = await serve(async (call) => {
      await call.body();
      call.send(201, { "content-type": "text/plain" }, "é");
    });
    const wire = await open(port, post("Content-Length: 2\r\n", "{}"));
    await wire.until("\r\n\r\n");
    expect(wire.received).toMatch(/^HTTP\/1.1 201 Created\r\n.*content-length: 2\r\n.*keep-alive/is);
    wire.socket.write(post("Content-Length: 2\r\n", "{}"));
    await wire.until("\xc3\xa9HTTP/1.1 201");
  });

  it("has no body for HEAD, but its length; and neither with 204", async () => {
    const { url } = await serve((call) =>
      call.method === "HEAD" ? call.send(200, {}, "four") : call.send(204, {}),
    );
    const head = await fetch(url, { method: "HEAD" });
    expect([head.headers.get("content-length"), await head.text()]).toEqual(["4", ""]);
    const none = await fetch(url);
    expect([none.status, none.headers.get("content-length")]).toEqual([204, null]);
  });

  it("keeps the headers a host has set, and stands in for those it set too", async () => {
    const { url } = await serve((call, _request, response) => {
      response.setHeader("x-host", "a").setHeader("cache-control", "public");
      if (call.method === "POST") call.send(200, { "cache-control": "no-store" });
      else call.stream({ "x-call": "b" }).end();
    });
    const [whole, events] = [await fetch(url, { method: "POST" }), await fetch(url)];
    expect([whole.headers.get("x-host"), whole.headers.get("cache-control")]).toEqual(["a", "no-store"]);
    expect(["x-host", "x-call", "cache-control"].map((name) => events.headers.get(name))).toEqual([
      "a",
      "b",
      "no-cache, no-transform",
    ]);
  });

  it("keeps the connection of a request without a body", async () => {
    const { url } = await serve((call) => call.send(202, {}));
    expect((await fetch(url)).headers.get("connection")).toBe("keep-alive");
  });

  it("goes to a client that still sends, and then closes the connection", async () => {
    const { port } = await serve((call) => call.send(401, {}, "who?"));
    const wire = await open(port, post("Content-Length: 100000\r\n", "x"));
    await wire.until("who?");
    expect(wire.received).toMatch(/\r\nconnection: close\r\n/i);
    wire.socket.write("x".repeat(99_999));
    await wire.closed;
  });

  it("does not throw when the client is gone", async () => {
    const sent = deferred<unknown>();
    const { port } = await serve((call, _request, response) => {
      response.once("close", () => {
        call.send(200, {}, "x");
        const sink = call.stream({});
        void sink.write("x");
        sink.end("y");
        sent.resolve("no error");
      });
      wire.socket.destroy();
    });
    const wire = await open(port, post(""));
    expect(await sent.promise).toBe("no error");
  });

  it("is given up when its client does not read it", async () => {
    const gone = deferred<undefined>();
    const { port } = await serve(
      (call) => {
        call.onGone(() => gone.resolve(undefined));
        call.send(200, {}, "x".repeat(50_000_000));
      },
      { stallTimeoutMs: 100 },
    );
    const wire = await open(port, post(""));
    wire.socket.pause();
    await gone.promise;
  });
});

describe("an event stream of a NodeCall", () => {
  it("has its head and its events at once", async () => {
    const sinks: EventSink[] = [];
    const { port } = await serve((call) => void sinks.push(call.stream({ "x-a": "b" })));
    const wire = await open(port, "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n");
    await wire.until("\r\n\r\n");
    for (const header of [
      "content-type: text/event-stream",
      "cache-control: no-cache, no-transform",
      "x-accel-buffering: no",
      "x-a: b",
    ]) {
      expect(wire.received).toContain(`${header}\r\n`);
    }
    expect(sinks[0]?.write("data: 1\n\n")).toBeUndefined();
    await wire.until("data: 1\n\n");
    sinks[0]?.end("data: 2\n\n");
    await wire.until("data: 2\n\n\r\n0\r\n\r\n");
  });

  it("reaches clients of HTTP/1.0, unchunked", async () => {
    const { port } = await serve((call) => {
      const sink = call.stream({});
      void sink.write("data: 1\n\n");
      sink.end("data: 2\n\n");
    });
    const wire = await open(port, "GET /mcp HTTP/1.0\r\n\r\n");
    await wire.closed;
    expect(wire.received).toMatch(/\r\n\r\ndata: 1\n\ndata: 2\n\n$/);
  });

  it("makes writers wait for a client that does not read, and goes on when it does", async () => {
    const full = deferred<undefined>();
    const order: string[] = [];
    const { port } = await serve(
      async (call) => {
        const sink = call.stream({});
        const room = sink.write("x".repeat(50_000_000));
        expect(sink.write("more")).toBe(room);
        full.resolve(undefined);
        await room;
        order.push("room");
        expect(sink.write("again")).toBeUndefined();
        sink.end("the end");
      },
      { maxQueuedBytes: Infinity },
    );
    const wire = await open(port, "GET /mcp HTTP/1.0\r\n\r\n");
    wire.socket.pause();
    await full.promise;
    order.push("read");
    wire.socket.resume();
    await wire.closed;
    expect(wire.received.endsWith("xmoreagainthe end")).toBe(true);
    expect(order).toEqual(["read", "room"]);
  });

  it("is cut off when more waits than may, and its writers are let go", async () => {
    const gone = deferred<undefined>();
    const letGo = deferred<string>();
    const { port } = await serve(
      async (call, _request, response) => {
        call.onGone(() => gone.resolve(undefined));
        const sink = call.stream({});
        const first = sink.write("x".repeat(5_000_000));
        while (!response.destroyed) void sink.write("x".repeat(100_000));
        await first;
        letGo.resolve("let go");
      },
      { maxQueuedBytes: 10_000_000 },
    );
    const wire = await open(port, "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n");
    wire.socket.pause();
    await gone.promise;
    expect(await letGo.promise).toBe("let go");
  });

  it.each(["open", "ended"])(
    "is cut off when it is %s and its client takes nothing any more",
    async (state) => {
      const gone = deferred<undefined>();
      const { port } = await serve(
        async (call) => {
          call.onGone(() => gone.resolve(undefined));
          const sink = call.stream({});
          const room = sink.write("x".repeat(50_000_000));
          if (state === "ended") sink.end("x".repeat(50_000_000));
          await room;
        },
        { stallTimeoutMs: 100, maxQueuedBytes: Infinity },
      );
      const wire = await open(port, "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n");
      wire.socket.pause();
      await gone.promise;
    },
  );

  it("is not cut off while its client takes some of it, however little", async () => {
    const { port } = await serve((call) => call.stream({}).end("x".repeat(30_000_000)), {
      stallTimeoutMs: 2_000,
    });
    const wire = await open(port, "GET /mcp HTTP/1.0\r\n\r\n");
    wire.socket.on("data", () => {
      if (wire.received.length > 25_000_000) return;
      wire.socket.pause();
      setTimeout(() => wire.socket.resume(), 10);
    });
    await wire.closed;
    expect(wire.received.length).toBeGreaterThan(30_000_000);
  });
});

describe("NodeCall.onGone", () => {
  it("calls the latest listener, once, when the client leaves a stream", async () => {
    const calls: string[] = [];
    const { port } = await serve((call, _request, response) => {
      call.onGone(() => calls.push("first"));
      call.onGone(() => calls.push("second"));
      response.once("close", () => gone.resolve(undefined));
      call.stream({});
    });
    const gone = deferred<undefined>();
    const wire = await open(port, "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n");
    await wire.until("\r\n\r\n");
    wire.socket.end();
    await gone.promise;
    expect(calls).toEqual(["second"]);
  });

  it("calls a listener that comes late at once", async () => {
    const late = deferred<string>();
    const { port } = await serve((call, _request, response) => {
      response.once("close", () => call.onGone(() => late.resolve("late")));
      wire.socket.destroy();
    });
    const wire = await open(port, post(""));
    expect(await late.promise).toBe("late");
  });

  it("does not call when the answer was sent whole", async () => {
    const calls: string[] = [];
    const over: Promise<unknown>[] = [];
    const { url } = await serve(async (call, _request, response) => {
      call.onGone(() => calls.push("gone"));
      over.push(once(response, "close"));
      if (call.method === "GET") call.stream({}).end("data: 1\n\n");
      else await echo(call);
    });
    await (await fetch(url)).text();
    await (await fetch(url, { method: "POST", body: "{}" })).text();
    await (await fetch(url, { method: "POST", body: "x".repeat(2000) })).text();
    await Promise.all(over);
    expect(calls).toEqual([]);
  });

  it("calls when the client leaves while an earlier request of its connection is still served", async () => {
    const gone = deferred<string>();
    const { port } = await serve((call) => {
      if (call.path !== "/second") return;
      call.onGone(() => gone.resolve("gone"));
      wire.socket.destroy();
    });
    const wire = await open(
      port,
      "GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n",
    );
    expect(await gone.promise).toBe("gone");
  });
});
