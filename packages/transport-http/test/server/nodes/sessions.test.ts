import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Client, initialize } from "../../support/client.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { twoNodes } from "../../support/stage.js";

const updated = (uri: string): object => ({ method: "notifications/resources/updated", params: { uri } });
const told = (text: string): object => ({
  method: "notifications/message",
  params: { level: "info", data: text },
});

describe("a session of two nodes", () => {
  it("is begun on one and used on the other", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    expect(await client.at(b.url).request("tools/list")).toMatchObject({ result: { tools: [{}, {}] } });
    expect(await client.request("ping")).toMatchObject({ result: {} });
  });

  it("is nobody else's on either", async () => {
    const authorize = ({ headers }: { headers: { get(name: string): string | null } }): { id: string } => ({
      id: headers.get("x-name") ?? "nobody",
    });
    const [a, b] = await twoNodes({ options: { authorize } });
    const client = await Client.begin(a.url, { headers: { "x-name": "owner" } });
    const thief = client.at(b.url, { "x-name": "thief" });
    expect((await thief.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status).toBe(404);
    expect(await client.at(b.url).request("ping")).toMatchObject({ result: {} });
  });

  it("counts once", async () => {
    const [a, b] = await twoNodes({ options: { limits: { maxSessions: 2 } } });
    const client = await Client.begin(a.url);
    await client.at(b.url).request("ping");
    expect((await initialize(b.url)).status).toBe(200);
    expect((await initialize(a.url)).status).toBe(503);
  });

  it("is gone from both when it was ended on one, with all that goes on", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    const there = client.at(b.url);
    const listening = await there.get();
    const call = there.call("play", { name: "long" });
    const { ctx, aborted } = await b.playing("long");
    await ctx.progress(1);
    expect(await client.end()).toBe(204);
    await aborted;
    expect(await listening.rest()).toEqual([]);
    await (await call).rest();
    expect((await there.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status).toBe(404);
    await Promise.all([a.links.none(), b.links.none()]);
  });

  it("logs on both nodes at the level that was set on one", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    const there = client.at(b.url);
    await client.request("ping");
    await there.request("logging/setLevel", { level: "info" });
    for (const one of [client, there]) {
      const call = await one.call("say", { text: "hello" });
      expect(await call.rest()).toMatchObject([told("hello"), { result: {} }]);
    }
    await client.request("logging/setLevel", { level: "error" });
    expect(await there.request("tools/call", { name: "say", arguments: { text: "no" } })).toMatchObject({
      result: {},
    });
  });

  it("keeps all that is set on both at the same time", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    const there = client.at(b.url);
    await there.request("ping");
    const listening = await client.get();
    await Promise.all([
      client.request("logging/setLevel", { level: "info" }),
      there.request("resources/subscribe", { uri: "notes://today" }),
      client.request("resources/subscribe", { uri: "notes://tomorrow" }),
    ]);
    for (const one of [client, there]) {
      const call = await one.call("say", { text: "hello" });
      expect(await call.rest()).toMatchObject([told("hello"), { result: {} }]);
    }
    for (const uri of ["notes://today", "notes://tomorrow"]) {
      b.mcp.resourceUpdated(uri);
      expect(await listening.message()).toMatchObject(updated(uri));
    }
    await there.request("resources/unsubscribe", { uri: "notes://tomorrow" });
    b.mcp.resourceUpdated("notes://tomorrow");
    b.mcp.resourceUpdated("notes://today");
    expect(await listening.message()).toMatchObject(updated("notes://today"));
  });
});

describe("what goes on at one node", () => {
  it("is cancelled at the other, by its own session alone", async () => {
    const [a, b] = await twoNodes();
    const [client, other] = [await Client.begin(a.url), await Client.begin(b.url)];
    const call = client.call("play", { name: "long" }, 5);
    const { ctx, aborted } = await a.playing("long");
    await ctx.progress(1);
    expect(await other.notify("notifications/cancelled", { requestId: 5 })).toBe(202);
    await nextTurn();
    expect(ctx.signal.aborted).toBe(false);
    expect(await client.at(b.url).notify("notifications/cancelled", { requestId: 5 })).toBe(202);
    await aborted;
    expect(await (await call).rest()).toHaveLength(1);
  });

  it("has its questions answered at the other, once, and by its own session alone", async () => {
    const [a, b] = await twoNodes();
    const [client, other] = [await Client.begin(a.url), await Client.begin(a.url)];
    const call = client.call("play", { name: "asking" });
    const { ctx, end } = await a.playing("asking");
    const answer = ctx.elicit("well?", z.object({ ok: z.boolean() }));
    const { id } = await (await call).message();
    const yes = { action: "accept", content: { ok: true } };
    expect(await other.at(b.url).answer(id, { action: "decline" })).toBe(400);
    expect(await client.at(b.url).answer("unknown:1", yes)).toBe(400);
    expect(await client.at(b.url).answer(id, yes)).toBe(202);
    expect(await answer).toMatchObject({ action: "accept" });
    expect(await client.at(b.url).answer(id, yes)).toBe(400);
    expect(await client.answer(id, yes)).toBe(400);
    end("done");
    expect(await (await call).rest()).toMatchObject([{ result: {} }]);
  });
});
