import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { like } from "@towpath/test-support/like.js";
import { RetryClock } from "../support/retry-clock.js";
import { ERAS } from "../support/requests.js";
import { initialized, ScriptedServer } from "../support/scripted-server.js";
import { eventText } from "../support/scripted-stream.js";

const VIA = CONNECTORS.flatMap(([name, http]) => ERAS.map((era) => [name, era, http] as const));
const DONE = { content: [{ type: "text", text: "done" }] };
const DEEP = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

/** What is no message, or none that anybody waits for. */
const NOISE = [
  "null",
  "true",
  "17",
  '"text"',
  "{}",
  "{",
  "<h1>Hello</h1>",
  '{"jsonrpc":"1.0","id":99998,"result":{}}',
  '{"jsonrpc":"2.0","id":99998,"result":5}',
  '{"jsonrpc":"2.0","id":{},"result":{}}',
  '{"jsonrpc":"2.0","id":null,"result":{}}',
  '{"jsonrpc":"2.0","id":99998,"error":"no"}',
  '{"jsonrpc":"2.0","id":99998,"error":{"code":"1","message":5}}',
  '{"jsonrpc":"2.0","id":99998,"result":{},"error":{"code":1,"message":"both"}}',
  '{"jsonrpc":"2.0","id":99999,"result":{}}',
  '{"jsonrpc":"2.0","id":"99998","result":{}}',
  '{"jsonrpc":"2.0","id":-0.5,"result":{}}',
  '{"jsonrpc":"2.0","method":5}',
  '{"jsonrpc":"2.0","method":"x","id":[]}',
  `{"jsonrpc":"2.0","id":99999,"result":{"deep":${DEEP}}}`,
  DEEP,
  '[{"jsonrpc":"2.0","id":99998,"result":{}}]',
];

describe.each(VIA)("over %s, in the %s era, a server that means no good", (_name, era, http) => {
  async function start(options: object = {}, onNoise?: (text: string) => void) {
    const server = await ScriptedServer.start(era);
    const client = await connected(server.url, {
      http: { ...http, ...options },
      ...(onNoise !== undefined && { onNoise }),
    });
    return { server, client };
  }

  it("with a head without an end fails the call", async () => {
    const { server, client } = await start();
    const outcome = rejection(client.callTool("play"));
    const { socket } = await server.seen("tools/call");
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 200 OK\r\n");
    const more = (): void => {
      while (socket.writable && socket.write(`x-more: ${"y".repeat(1_000)}\r\n`));
    };
    socket.on("drain", more);
    more();
    expect(await outcome).toMatchObject({ name: "ConnectionLostError" });
  });

  it("with what is not HTTP fails the call", async () => {
    const { server, client } = await start();
    const outcome = rejection(client.callTool("play"));
    (await server.seen("tools/call")).socket.write("SSH-2.0-OpenSSH_9.2\r\n");
    expect(await outcome).toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: true });
  });

  it.each(["data: ", "data: x\n", ": ", "id: "])(
    "with an event without an end, of %j, fails the call",
    async (piece) => {
      const { server, client } = await start({ maxMessageBytes: 10_000 });
      const outcome = rejection(client.callTool("play"));
      const call = await server.seen("tools/call");
      call.stream().write(piece.endsWith("\n") ? piece.repeat(10_000) : piece + "x".repeat(20_000));
      expect(await outcome).toMatchObject({
        name: "UnreadableResponseError",
        message: like("10000 characters"),
      });
      await call.over;
    },
  );

  it.each([200, 500])("with a body that is too long, of status %i, fails the call", async (status) => {
    const { server, client } = await start({ maxMessageBytes: 10_000 });
    const outcome = rejection(client.callTool("play"));
    const call = await server.seen("tools/call");
    const body = call.begin(status, { "content-type": "application/json" });
    body.write("x".repeat(5_000)).write("x".repeat(5_001));
    expect(await outcome).toMatchObject({
      name: "UnreadableResponseError",
      message: like("maxMessageBytes"),
    });
    await call.over;
  });

  it("with any number of comments, events of other names and empty ones is waited for", async () => {
    const { server, client } = await start({ maxMessageBytes: 1_000 });
    const outcome = client.callTool("play");
    const stream = (await server.seen("tools/call")).stream();
    stream.write(": comment\n\nevent: other\ndata: {}\n\ndata:\n\nid: \nretry: x\n\n\n\n".repeat(10_000));
    stream.result(DONE);
    expect(await outcome).toEqual(DONE);
  });

  it("with noise on a stream is heard out", async () => {
    const noise: string[] = [];
    const { server, client } = await start({}, (text) => noise.push(text));
    const outcome = client.callTool("play");
    const call = await server.seen("tools/call");
    const stream = call.stream();
    const others = NOISE.filter(
      (text) => !text.startsWith("{") || !text.includes(`"id":${JSON.stringify(call.message.id)},`),
    );
    for (const text of others) stream.write(`data: ${text}\n\n`);
    stream.result(DONE).result(DONE).result(DONE);
    expect(await outcome).toEqual(DONE);
    expect(noise).toHaveLength(others.length);
    for (const text of noise) expect(text.length).toBeLessThan(300);
  });

  it.each(['"result":5', '"result":[]', '"result":null', '"error":"no"', '"result":{},"error":null'])(
    "with an answer that is none, of %s, fails the call at once",
    async (rest) => {
      const { server, client } = await start();
      const outcome = rejection(client.callTool("play"));
      const call = await server.seen("tools/call");
      call.stream().write(`data: {"jsonrpc":"2.0","id":${JSON.stringify(call.message.id)},${rest}}\n\n`);
      expect(await outcome).toMatchObject({ name: "UnreadableResponseError" });
    },
  );

  it("with noise as a body fails the call", async () => {
    const noise: string[] = [];
    const { server, client } = await start({}, (text) => noise.push(text));
    let next = "";
    server.on("tools/call", (call) => call.body(next, 200, { "content-type": "application/json" }));
    for (next of NOISE)
      expect(await rejection(client.callTool("play"))).toMatchObject({ name: "UnreadableResponseError" });
  });

  it("with a result of any depth does nothing to the client", async () => {
    const { server, client } = await start();
    server.on("tools/call", (call) => {
      const result = `{"content":[],"structuredContent":{"deep":${DEEP}}}`;
      call.body(`{"jsonrpc":"2.0","id":${JSON.stringify(call.message.id)},"result":${result}}`);
    });
    expect(await client.callTool("play")).toMatchObject({ content: [] });
  });

  it("with requests of its own on the stream of a call is heard out", async () => {
    const { server, client } = await start({}, () => undefined);
    const outcome = client.callTool("play");
    const stream = (await server.seen("tools/call")).stream();
    for (const method of ["sampling/createMessage", "roots/list", "tools/call", "__proto__"])
      stream.send({ jsonrpc: "2.0", id: 1, method, params: {} });
    stream.result(DONE);
    expect(await outcome).toEqual(DONE);
  });

  it("that closes connections as soon as they are there fails the call", async () => {
    const { server, client } = await start();
    server.on("tools/call", (call) => call.cut());
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => rejection(client.callTool("play"))));
    for (const error of outcomes) expect(error).toMatchObject({ name: "ConnectionLostError" });
  });
});

describe.each(CONNECTORS)("over %s, a server", (_name, http) => {
  it("that closes every connection cannot be connected to", async () => {
    const server = createServer((socket) => void socket.destroy()).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    // Listening on a port, so the address is an object.
    const { port } = server.address() as AddressInfo;
    const error = await rejection(connected(`http://127.0.0.1:${String(port)}/mcp`, { http }));
    expect(error).toMatchObject({ name: "ConnectionLostError" });
  });

  it("that never takes the first notification is given up", async () => {
    const clock = new ManualClock();
    const server = await ScriptedServer.start("handshake", {
      initialize: (call) => call.result(initialized(), { "mcp-session-id": "s" }),
      "notifications/initialized": () => undefined,
    });
    const outcome = rejection(connected(server.url, { http: { ...http, clock } }));
    const call = await server.seen("notifications/initialized");
    clock.advance(30_000);
    expect(await outcome).toMatchObject({ name: "ConnectionLostError", message: like("not answer in time") });
    await call.over;
    expect(server.keys.at(-1)).toBe("DELETE");
  });

  it("that takes a notification and goes on for ever is not listened to", async () => {
    const clock = new ManualClock();
    const server = await ScriptedServer.start("handshake", {
      "notifications/initialized": (call) => void call.begin(202).write("x"),
    });
    await connected(server.url, { http: { ...http, clock } });
    const call = await server.seen("notifications/initialized");
    clock.advance(30_000);
    await call.over;
  });

  it("that repeats a message and its id on the standing stream is heard each time", async () => {
    const heard: string[] = [];
    let wake = (): void => undefined;
    const whole = new Promise<void>((resolve) => (wake = resolve));
    const event = eventText({ jsonrpc: "2.0", method: "notifications/tools/list_changed" }, { id: "same" });
    const server = await ScriptedServer.start("handshake", {
      GET: (call) => void call.stream().write(event.repeat(1_000)),
    });
    await connected(server.url, {
      http,
      onNotification: ({ method }) => {
        if (heard.push(method) === 1_000) wake();
      },
    });
    await whole;
    expect(new Set(heard).size).toBe(1);
  });

  it("that gives the same message on every standing stream, and ends it, is left after some time", async () => {
    const clock = new RetryClock();
    const noise: string[] = [];
    let wake = (): void => undefined;
    const left = new Promise<void>((resolve) => (wake = resolve));
    const message = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };
    const server = await ScriptedServer.start("handshake", {
      GET: (call) => call.stream().send(message, { id: "same", retry: 0 }).end(),
    });
    await connected(server.url, {
      http: { ...http, clock, resumption: { attempts: 3, deadlineMs: 1_000 } },
      onNoise: (text) => {
        noise.push(text);
        wake();
      },
    });
    while (noise.length === 0) await Promise.race([clock.pass(), left]);
    expect(noise).toEqual([like("no more of the GET stream")]);
    // It is asked for at once, and then every 100 ms.
    expect(server.of("GET").length).toBeLessThanOrEqual(13);
  });

  it("that sends batches is understood in the revision that has them", async () => {
    const heard: string[] = [];
    const server = await ScriptedServer.start("handshake", {
      initialize: (call) => call.result(initialized("2025-03-26")),
    });
    const client = await connected(server.url, { http, onNotification: ({ method }) => heard.push(method) });
    const outcome = client.callTool("play");
    const call = await server.seen("tools/call");
    const change = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };
    call.json([change, 5, change, { jsonrpc: "2.0", id: call.message.id, result: DONE }]);
    expect(await outcome).toEqual(DONE);
    expect(heard).toHaveLength(2);
  });

  it("that sends batches without measure is not", async () => {
    const noise: string[] = [];
    const server = await ScriptedServer.start("handshake", {
      initialize: (call) => call.result(initialized("2025-03-26")),
      "tools/call": (call) => call.json(Array(101).fill({ jsonrpc: "2.0", method: "x" })),
    });
    const client = await connected(server.url, { http, onNoise: (text) => noise.push(text) });
    expect(await rejection(client.callTool("play"))).toMatchObject({ name: "UnreadableResponseError" });
    expect(noise).toEqual([like("a batch of 101 messages")]);
  });
});
