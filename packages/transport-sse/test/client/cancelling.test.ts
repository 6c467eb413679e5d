import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { ScriptedServer } from "../support/scripted-server.js";

const DONE = { content: [{ type: "text", text: "done" }] };

describe.each(CONNECTORS)("over %s, cancelling", (_name, sse) => {
  async function start() {
    const clock = new ManualClock();
    const server = await ScriptedServer.start();
    server.on("tools/call", () => undefined);
    const client = await connected(server.url, { sse: { ...sse, clock, maxConnections: 1 } });
    const away = new AbortController();
    const call = (): Promise<unknown> => rejection(client.callTool("play", {}, { signal: away.signal }));
    return { clock, server, client, away, call };
  }

  it("waits until the server has taken the request", async () => {
    const { server, away, call } = await start();
    const outcome = call();
    const post = await server.seen("tools/call");
    away.abort();
    await outcome;
    await server.quiet();
    expect(server.keys).not.toContain("notifications/cancelled");
    post.accept();
    const { message } = await server.seen("notifications/cancelled");
    expect(message.params).toMatchObject({ requestId: post.message.id });
  });

  it("does not wait for longer than a second", async () => {
    const { clock, server, away, call } = await start();
    const outcome = call();
    const post = await server.seen("tools/call");
    away.abort();
    await outcome;
    clock.advance(1_000);
    await server.seen("notifications/cancelled");
    clock.advance(10_000);
    await post.over;
  });

  it("is repeated for a request that was taken later than that, which it may have overtaken", async () => {
    const { clock, server, away, call } = await start();
    const outcome = call();
    const post = await server.seen("tools/call");
    away.abort();
    await outcome;
    clock.advance(1_000);
    await server.seen("notifications/cancelled");
    await server.quiet();
    expect(server.of("notifications/cancelled")).toHaveLength(1);
    post.accept();
    const params = { requestId: post.message.id };
    await expect
      .poll(() => server.of("notifications/cancelled"))
      .toMatchObject([{ message: { params } }, { message: { params } }]);
  });

  it("is tried again when the server could not take it", async () => {
    const { clock, server, away, call } = await start();
    const outcome = call();
    const post = await server.seen("tools/call");
    post.accept();
    server.on("notifications/cancelled", (cancellation) => cancellation.answer(503));
    away.abort();
    await outcome;
    await (
      await server.seen("notifications/cancelled")
    ).over;
    await expect
      .poll(() => {
        clock.advance(250);
        return server.of("notifications/cancelled").length;
      })
      .toBeGreaterThan(1);
  });

  it("tells nothing of a request that was refused", async () => {
    const { clock, server, client, away, call } = await start();
    const outcome = call();
    const post = await server.seen("tools/call");
    away.abort();
    await outcome;
    post.answer(503);
    server.on("resources/list", (list) => list.accept().result({ resources: [] }));
    await client.listResources();
    clock.advance(1_000);
    await server.quiet();
    expect(server.keys).not.toContain("notifications/cancelled");
  });

  it("tells of a request that may have arrived", async () => {
    const { server, away, call } = await start();
    const outcome = call();
    const post = await server.seen("tools/call");
    away.abort();
    await outcome;
    post.cut();
    await server.seen("notifications/cancelled");
  });

  it("sends nothing of a request that still waits, and not the request", async () => {
    const { server, client, away, call } = await start();
    const first = client.callTool("first");
    const post = await server.seen("tools/call");
    const outcome = call();
    away.abort();
    await outcome;
    post.accept().result(DONE);
    expect(await first).toEqual(DONE);
    server.on("tools/call", (next) => next.accept().result(DONE));
    await client.callTool("last");
    expect(server.keys).not.toContain("notifications/cancelled");
    expect(server.of("tools/call")).toHaveLength(2);
  });

  it("lets the answer pass that was under way", async () => {
    const noise: string[] = [];
    const server = await ScriptedServer.start();
    const client = await connected(server.url, { sse, onNoise: (text) => noise.push(text) });
    const away = new AbortController();
    const outcome = rejection(client.callTool("play", {}, { signal: away.signal }));
    const post = await server.seen("tools/call");
    away.abort();
    await outcome;
    await server.seen("notifications/cancelled");
    post.result(DONE);
    server.on("tools/call", (next) => next.accept().result(DONE));
    expect(await client.callTool("play")).toEqual(DONE);
    expect(noise).toEqual([]);
  });
});

describe.each(CONNECTORS)("over %s, a greeting", (_name, sse) => {
  it("that nobody waits for any more is not cancelled, and its connection ends", async () => {
    const server = await ScriptedServer.start();
    server.on("initialize", (post) => post.accept());
    const outcome = await rejection(connected(server.url, { sse, timeoutMs: 50 }));
    expect(outcome).toMatchObject({ name: "RequestTimeoutError" });
    await (
      await server.stream()
    ).over;
    expect(server.keys).toEqual(["initialize"]);
  });
});
