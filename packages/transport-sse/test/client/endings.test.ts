import { nextTurn } from "@towpath/test-support/next-turn.js";
import { ManualClock } from "@towpath/mcp-core/testing";
import { like } from "@towpath/test-support/like.js";
import { describe, expect, it } from "vitest";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { ScriptedServer } from "../support/scripted-server.js";

const DONE = { content: [{ type: "text", text: "done" }] };

describe.each(CONNECTORS)("over %s, a connection", (_name, sse) => {
  it.each(["end", "cut"] as const)(
    "whose stream the server does %s fails what is in flight at once",
    async (how) => {
      const server = await ScriptedServer.start();
      const client = await connected(server.url, { sse: { ...sse, reconnect: false } });
      const outcomes = [rejection(client.callTool("one")), rejection(client.callTool("two"))];
      const { stream } = await server.seen("tools/call", 2);
      stream[how]();
      for (const outcome of await Promise.all(outcomes))
        expect(outcome).toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: true });
      expect(await rejection(client.callTool("three"))).toMatchObject({
        name: "ConnectionLostError",
        mayHaveBeenDelivered: false,
      });
      expect(server.streams).toHaveLength(1);
    },
  );

  it("that was lost is made anew, as another session", async () => {
    const server = await ScriptedServer.start();
    const client = await connected(server.url, { sse: { ...sse, reconnect: { delayMs: 0 } } });
    const outcome = rejection(client.callTool("play"));
    (await server.seen("tools/call")).stream.end();
    expect(await outcome).toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: true });
    server.on("tools/call", (post) => post.accept().result(DONE));
    expect(await client.callTool("play")).toEqual(DONE);
    expect(server.posts.at(-1)?.url).toBe("/app/messages?session=2");
    expect(server.streams).toHaveLength(2);
  });

  it("that was lost has what only reads sent again on the next", async () => {
    const server = await ScriptedServer.start();
    const read = { contents: [{ uri: "a:b", text: "text" }] };
    const client = await connected(server.url, { sse: { ...sse, reconnect: { delayMs: 0 } } });
    const outcomes = [client.readResource("a:b"), rejection(client.callTool("play"))] as const;
    await server.seen("tools/call");
    const { stream } = await server.seen("resources/read");
    server.on("resources/read", (post) => post.accept().result(read));
    stream.end();
    expect(await outcomes[0]).toMatchObject(read);
    expect(await outcomes[1]).toMatchObject({ name: "ConnectionLostError" });
    expect(server.of("tools/call")).toHaveLength(1);
  });

  it("whose session is gone has the call that learns of it sent again on the next", async () => {
    const server = await ScriptedServer.start();
    const client = await connected(server.url, { sse: { ...sse, reconnect: { delayMs: 0 } } });
    server.on("tools/call", (post) => {
      if (post.url.endsWith("=1")) post.answer(404);
      else post.accept().result(DONE);
    });
    expect(await client.callTool("play")).toEqual(DONE);
    await (
      await server.stream(1)
    ).over;
    expect(server.of("tools/call")).toHaveLength(2);
  });

  it("that was lost has calls which were not sent by then sent on the next, whatever they do", async () => {
    const server = await ScriptedServer.start();
    const client = await connected(server.url, {
      sse: { ...sse, maxConnections: 1, reconnect: { delayMs: 0 } },
    });
    server.on("tools/call", (post) => {
      if (post.url.endsWith("=2")) post.accept().result(DONE);
    });
    const outcomes = [rejection(client.callTool("one")), client.callTool("two")] as const;
    const { stream, message } = await server.seen("tools/call");
    expect(message.params).toMatchObject({ name: "one" });
    stream.end();
    expect(await outcomes[0]).toMatchObject({ mayHaveBeenDelivered: true });
    expect(await outcomes[1]).toEqual(DONE);
  });

  it("is made anew before anybody calls", async () => {
    const server = await ScriptedServer.start();
    await connected(server.url, { sse });
    (await server.stream()).end();
    expect((await server.seen("notifications/initialized", 2)).url).toBe("/app/messages?session=2");
  });

  it.each([503, 429, "cut"] as const)("is asked for again after what may pass (%s)", async (how) => {
    const server = await ScriptedServer.start();
    const client = await connected(server.url, { sse: { ...sse, reconnect: { delayMs: 1 } } });
    server.on("tools/call", (post) => post.accept().result(DONE));
    server.opening((stream, session) => {
      if (session === 4) stream.open().endpoint("messages?session=4");
      else if (how === "cut") stream.open().cut();
      else stream.body(how, "");
    });
    (await server.stream()).end();
    await server.stream(2);
    expect(await client.callTool("play")).toEqual(DONE);
    expect(server.posts.at(-1)?.url).toBe("/app/messages?session=4");
  });

  it.each([401, 403, 404, 405])("is not asked for again where it is refused (%i)", async (status) => {
    const server = await ScriptedServer.start();
    const client = await connected(server.url, { sse: { ...sse, reconnect: { delayMs: 1 } } });
    server.opening((stream) => stream.body(status, ""));
    (await server.stream()).end();
    await (
      await server.stream(2)
    ).over;
    expect(await rejection(client.callTool("play"))).toMatchObject({ status });
    expect(server.streams.length).toBeLessThanOrEqual(3);
  });

  it("is not made anew more often than `reconnect` says", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => post.accept().stream.end());
    const client = await connected(server.url, { sse: { ...sse, reconnect: { attempts: 2, delayMs: 0 } } });
    for (let count = 0; count < 5; count += 1) await rejection(client.callTool("play"));
    expect(server.of("tools/call")).toHaveLength(3);
    expect(server.streams).toHaveLength(3);
  });

  it("ends at once when the client is closed, and leaves nothing open", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", () => undefined);
    const client = await connected(server.url, { sse });
    const outcome = rejection(client.callTool("play"));
    const post = await server.seen("tools/call");
    await client.close();
    expect(await outcome).toMatchObject({ name: "ConnectionLostError" });
    await post.stream.over;
    await post.over;
  });

  it("fails what waits to be accepted when it ends", async () => {
    const server = await ScriptedServer.start();
    server.on("notifications/initialized", (post) => post.stream.end());
    const outcome = await rejection(connected(server.url, { sse }));
    expect(outcome).toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: true });
  });
});

/** Lets what was written arrive, which a message behind it shows. */
async function arrived(server: ScriptedServer, nth: number): Promise<void> {
  const stream = await server.stream();
  stream.send({ jsonrpc: "2.0", id: `after-${String(nth)}`, method: "roots/list" });
  await server.seen("answer", nth);
}

describe.each(CONNECTORS)("over %s, silence", (_name, sse) => {
  async function start() {
    const clock = new ManualClock();
    const server = await ScriptedServer.start();
    const options = { ...sse, clock, idleTimeoutMs: 5_000, reconnect: false } as const;
    const client = await connected(server.url, { sse: options });
    return { clock, server, client, stream: await server.stream() };
  }

  it.each([
    ["comments", ": keep-alive\n\n"],
    ["events of other names", "event: heartbeat\ndata: x\n\n"],
    ["pings", 'event: message\ndata: {"jsonrpc":"2.0","id":"p","method":"ping"}\n\n'],
  ])("after %s ends the connection", async (_what, pulse) => {
    const { clock, server, client, stream } = await start();
    const outcome = rejection(client.callTool("play"));
    stream.write(pulse).write(pulse);
    await arrived(server, pulse.includes("ping") ? 3 : 1);
    clock.advance(4_999);
    await nextTurn();
    stream.write(pulse);
    await arrived(server, pulse.includes("ping") ? 5 : 2);
    clock.advance(4_999);
    await nextTurn();
    expect(server.connections).toBeGreaterThan(0);
    clock.advance(1);
    expect(await outcome).toMatchObject({ name: "ConnectionLostError", message: like("5000 ms") });
    await stream.over;
  });

  it.each(["", ": hello\n\n"])(
    "where a server was never heard of, or once, is borne (%j)",
    async (greeting) => {
      const { clock, server, client, stream } = await start();
      server.on("tools/call", (post) => post.accept().result(DONE));
      if (greeting !== "") stream.write(greeting);
      await arrived(server, 1);
      clock.advance(1_000_000);
      await nextTurn();
      expect(await client.callTool("play")).toEqual(DONE);
    },
  );
});
