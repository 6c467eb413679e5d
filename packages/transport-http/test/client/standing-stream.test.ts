import { McpClient } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { streamableHttpClient, type NodeStreamableHttpClientOptions } from "../../src/index.js";
import { CONNECTORS, connected } from "../support/clients.js";
import { like } from "@towpath/test-support/like.js";
import { RetryClock } from "../support/retry-clock.js";
import { ScriptedServer, type Handler } from "../support/scripted-server.js";
import type { ScriptedStream } from "../support/scripted-stream.js";

const CHANGED = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };

describe.each(CONNECTORS)("over %s, the standing stream", (_name, http) => {
  async function listening(get: Handler, options: NodeStreamableHttpClientOptions = {}) {
    const clock = new RetryClock();
    const [heard, noise]: [string[], string[]] = [[], []];
    let wake = (): void => undefined;
    const server = await ScriptedServer.start("handshake", { GET: get, ping: (call) => call.result() });
    const client = await connected(server.url, {
      http: { ...http, clock, resumption: { delayMs: 700 }, ...options },
      onNotification: ({ method }) => {
        heard.push(method);
        wake();
      },
      onNoise: (description) => {
        noise.push(description);
        wake();
      },
    });
    /** Settles when so much was heard. */
    const until = async (of: readonly string[], count: number): Promise<void> => {
      while (of.length < count) await new Promise<void>((resolve) => (wake = resolve));
    };
    return { clock, heard, noise, server, client, until };
  }

  it("brings what belongs to no request", async () => {
    const streams: ScriptedStream[] = [];
    const { heard, noise, until, server } = await listening((call) => void streams.push(call.stream()));
    const get = await server.seen("GET");
    expect(get.headers).toMatchObject({ accept: "text/event-stream", "mcp-protocol-version": "2025-11-25" });
    expect(get.lastEventId).toBeUndefined();
    streams[0]?.send(CHANGED).send(CHANGED).send({ jsonrpc: "2.0", id: 5, result: {} });
    await until(heard, 2);
    await until(noise, 1);
    expect(heard).toEqual([CHANGED.method, CHANGED.method]);
    expect(noise).toEqual([like("an answer that nobody waits for here")]);
  });

  it.each([400, 404, 405, 406, 410, 501])("is done without where it gets %i", async (status) => {
    const { server, client, noise } = await listening((call) => call.body("No", status));
    for (let call = 1; call <= 3; call += 1) await client.ping();
    expect(server.of("GET")).toHaveLength(1);
    expect(noise).toEqual([]);
  });

  it.each([202, 204, 401, 403, 410])("is not asked for at once again where it gets %i", async (status) => {
    const { server, client } = await listening((call) => call.status(status));
    for (let call = 1; call <= 3; call += 1) await client.ping();
    expect(server.of("GET")).toHaveLength(1);
  });

  it("is not asked for at once again where it gets what is no stream", async () => {
    const other = await listening((call) => call.json({}));
    await other.client.ping();
    expect(other.server.of("GET")).toHaveLength(1);
  });

  it.each([401, 403])("is had later where it gets %i, which is told", async (status) => {
    const { clock, server, client, noise } = await listening((call) => call.body("No", status));
    expect(noise).toEqual([like("no more of the GET stream: ")]);
    await client.ping();
    expect(server.of("GET")).toHaveLength(1);
    server.on("GET", (call) => void call.stream());
    clock.advance(30_000);
    await client.ping();
    await server.seen("GET", 2);
  });

  it("ends no session with a 404 where there never was one", async () => {
    const { server, client } = await listening((call) => call.body("No", 404));
    await client.ping();
    expect(server.of("initialize")).toHaveLength(1);
  });

  it("is not asked for where it is not wanted", async () => {
    const { server, client } = await listening((call) => void call.stream(), { standingStream: false });
    await client.ping();
    expect(server.of("GET")).toEqual([]);
  });

  it("is taken up where it was cut, or anew where no event had an id", async () => {
    const streams: ScriptedStream[] = [];
    const { clock, server, heard, until } = await listening((call) => void streams.push(call.stream()));
    streams[0]?.send(CHANGED).cut();
    expect(await clock.pass()).toBe(700);
    expect((await server.seen("GET", 2)).lastEventId).toBeUndefined();
    streams[1]?.send(CHANGED, { id: "a", retry: 300 }).end();
    expect(await clock.pass()).toBe(300);
    expect((await server.seen("GET", 3)).lastEventId).toBe("a");
    streams[2]?.send(CHANGED);
    await until(heard, 3);
  });

  it("is given up after a number of attempts, and had again with the next request that is answered", async () => {
    const streams: ScriptedStream[] = [];
    const { clock, server, client, noise, until } = await listening(
      (call) => void streams.push(call.stream()),
    );
    server.on("GET", (call) => call.body("later", 503));
    streams[0]?.cut();
    for (let attempt = 1; attempt <= 5; attempt += 1) await clock.pass();
    await until(noise, 1);
    expect(noise).toEqual([like("no more of the GET stream: ")]);
    expect(server.of("GET")).toHaveLength(6);
    server.on("GET", (call) => void call.stream());
    await client.ping();
    expect(server.of("GET")).toHaveLength(6);
    // A little more than 30,000: differences of times are not exact.
    clock.advance(30_001);
    await Promise.all(Array.from({ length: 10 }, () => client.ping()));
    await server.seen("GET", 7);
    await client.ping();
    expect(server.of("GET")).toHaveLength(7);
  });

  it("is taken for dead when nothing comes for too long, and asked for again", async () => {
    const streams: ScriptedStream[] = [];
    const open: Handler = (call) => void streams.push(call.stream());
    const { clock, server, heard, until } = await listening(open, { idleTimeoutMs: 5_000 });
    expect(await clock.next()).toBe(5_000);
    clock.advance(4_999);
    streams[0]?.send(CHANGED, { id: "a" });
    await until(heard, 1);
    clock.advance(1);
    expect(await clock.next()).toBe(4_999);
    clock.advance(4_998);
    streams[0]?.write(": alive\n\n").send(CHANGED);
    await until(heard, 2);
    clock.advance(4_999);
    await clock.next();
    clock.advance(1);
    await (
      await server.seen("GET")
    ).over;
    clock.advance(700);
    expect((await server.seen("GET", 2)).lastEventId).toBe("a");
  });

  it("is waited for when connecting, until its head is there", async () => {
    const clock = new RetryClock();
    const server = await ScriptedServer.start("handshake", { GET: () => undefined });
    let isConnected = false;
    const connecting = connected(server.url, { http: { ...http, clock } }).then(() => (isConnected = true));
    const get = await server.seen("GET");
    clock.advance(499);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isConnected).toBe(false);
    get.stream();
    await connecting;
  });

  it.each<[string, Handler]>([
    ["503", (call) => call.body("later", 503)],
    ["500", (call) => call.body("oops", 500)],
    ["429", (call) => call.status(429)],
    ["no answer", (call) => call.cut()],
    ["the end of a stream", (call) => call.stream().end()],
  ])("is not waited for any longer when it first gets %s, and asked for again", async (_answer, first) => {
    const { clock, server, noise, heard, until } = await listening(first);
    expect(clock.now()).toBe(0);
    server.on("GET", (call) => {
      call.stream().send(CHANGED);
    });
    expect(await clock.pass()).toBe(700);
    await server.seen("GET", 2);
    await until(heard, 1);
    expect(noise).toEqual([]);
  });

  it("is waited for no longer than 500 ms", async () => {
    const clock = new RetryClock();
    const server = await ScriptedServer.start("handshake", { GET: () => undefined });
    const connecting = connected(server.url, { http: { ...http, clock } });
    await server.seen("GET");
    clock.advance(500);
    await connecting;
  });

  it("is not opened for a client that was closed while it connected", async () => {
    const server = await ScriptedServer.start("handshake", { "notifications/initialized": () => undefined });
    const transport = streamableHttpClient(server.url, http);
    const connections: { close(): Promise<void> }[] = [];
    const connecting = McpClient.connect({
      ...transport,
      connect: async (receiver) => {
        const connection = await transport.connect(receiver);
        connections.push(connection);
        return connection;
      },
    }).catch(() => undefined);
    const call = await server.seen("notifications/initialized");
    const closing = connections[0]?.close();
    call.status(202);
    await closing;
    await connecting;
    await server.quiet();
    expect(server.of("GET")).toEqual([]);
  });

  it("is closed with its client", async () => {
    const { server, client } = await listening((call) => void call.stream());
    const get = await server.seen("GET");
    await client.close();
    await get.over;
  });
});
