import { describe, expect, it } from "vitest";
import { Client } from "../../support/client.js";
import { like } from "@towpath/test-support/like.js";
import { stage, type Stage } from "../../support/stage.js";

const LIST_CHANGED = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };
const updated = (uri: string): object => ({
  jsonrpc: "2.0",
  method: "notifications/resources/updated",
  params: { uri },
});

let tools = 0;
function change({ mcp }: Stage): void {
  mcp.tool(`another-${String((tools += 1))}`, {}, () => "something");
}

describe("the GET stream of a session", () => {
  it("brings changes of lists, and of the resources subscribed to", async () => {
    const server = await stage({ sessions: true });
    const client = await Client.begin(server.url);
    const listening = await client.get();
    expect(listening.status).toBe(200);
    expect(listening.headers.get("content-type")).toBe("text/event-stream");
    expect(listening.headers.get("cache-control")).toContain("no-");
    change(server);
    expect(await listening.message()).toEqual(LIST_CHANGED);
    await client.request("resources/subscribe", { uri: "notes://today" });
    server.mcp.resourceUpdated("notes://tomorrow");
    server.mcp.resourceUpdated("notes://today");
    expect(await listening.message()).toEqual(updated("notes://today"));
    await client.request("resources/unsubscribe", { uri: "notes://today" });
    server.mcp.resourceUpdated("notes://today");
    change(server);
    expect(await listening.message()).toEqual(LIST_CHANGED);
  });

  it("brings each message to every session that is concerned, once", async () => {
    const server = await stage({ sessions: true });
    const clients = [await Client.begin(server.url), await Client.begin(server.url)];
    const streams = await Promise.all(clients.map((client) => client.get()));
    await clients[0]?.request("resources/subscribe", { uri: "notes://today" });
    change(server);
    server.mcp.resourceUpdated("notes://today");
    for (const client of clients) await client.end();
    const messages = await Promise.all(streams.map((stream) => stream.rest()));
    expect(messages).toEqual([[LIST_CHANGED, updated("notes://today")], [LIST_CHANGED]]);
  });

  it("is one: the newest has all that comes, and the one before ends", async () => {
    const server = await stage({ sessions: true });
    const client = await Client.begin(server.url);
    const first = await client.get();
    change(server);
    expect(await first.message()).toEqual(LIST_CHANGED);
    const second = await client.get();
    expect(await first.rest()).toEqual([]);
    server.mcp.resource("notes://new", {}, () => "new");
    await client.end();
    expect(await second.rest()).toEqual([{ jsonrpc: "2.0", method: "notifications/resources/list_changed" }]);
  });

  it("has nothing of what answers a request", async () => {
    const server = await stage({ sessions: true });
    const client = await Client.begin(server.url);
    await client.request("logging/setLevel", { level: "debug" });
    const listening = await client.get();
    const call = client.call("play", { name: "telling" });
    const { ctx, end } = await server.playing("telling");
    await ctx.progress(1);
    ctx.log.info("half");
    end("done");
    expect(await (await call).rest()).toHaveLength(3);
    await client.end();
    expect(await listening.rest()).toEqual([]);
  });

  it("brings nothing twice to a session that has requests open as well", async () => {
    const server = await stage({ sessions: true });
    const client = await Client.begin(server.url);
    const listening = await client.get();
    const call = client.call("play", { name: "open" });
    const { ctx, end } = await server.playing("open");
    await ctx.progress(1);
    change(server);
    expect(await listening.message()).toEqual(LIST_CHANGED);
    end("done");
    expect(await (await call).rest()).toMatchObject([{ method: "notifications/progress" }, { result: {} }]);
  });

  it("is not for clients that take no event streams", async () => {
    const { url } = await stage({ sessions: true });
    const { session } = await Client.begin(url);
    const response = await fetch(url, { headers: { accept: "application/json", "mcp-session-id": session } });
    expect(response.status).toBe(406);
  });

  it("is there where streams cannot be resumed, without ids", async () => {
    const server = await stage({ sessions: true, resumable: false });
    const client = await Client.begin(server.url);
    const listening = await client.get();
    change(server);
    expect(await listening.next()).toEqual({ data: JSON.stringify(LIST_CHANGED) });
  });
});

describe("the GET stream of a session, resumed", () => {
  it("says at once where to resume, from 2025-11-25 on", async () => {
    const { url } = await stage({ sessions: true, retryMs: 777 });
    const [older, newer] = [
      await Client.begin(url, { revision: "2025-06-18" }),
      await Client.begin(url, { revision: "2025-11-25" }),
    ];
    expect(await (await newer.get()).next()).toEqual({
      id: like(/^standing-/),
      retry: 777,
      data: "",
    });
    const listening = await older.get();
    await older.end();
    expect(await listening.next()).toBeUndefined();
  });

  it("has what came while nobody was there, and goes on live", async () => {
    const server = await stage({ sessions: true });
    const client = await Client.begin(server.url);
    await client.request("resources/subscribe", { uri: "notes://today" });
    const first = await client.get();
    change(server);
    await first.message();
    first.cut();
    await client.request("ping");
    server.mcp.resourceUpdated("notes://today");
    await client.request("ping");
    const second = await client.get(first.lastId);
    expect(await second.message()).toEqual(updated("notes://today"));
    change(server);
    expect(await second.message()).toEqual(LIST_CHANGED);
    await client.end();
    expect(await second.rest()).toEqual([]);
  });

  it("has what came before its first event, if it was told where to resume", async () => {
    const server = await stage({ sessions: true });
    const client = await Client.begin(server.url);
    const first = await client.get();
    await first.next();
    first.cut();
    await client.request("ping");
    change(server);
    await client.request("ping");
    expect(await (await client.get(first.lastId)).message()).toEqual(LIST_CHANGED);
  });

  it("ends the connection that had it", async () => {
    const server = await stage({ sessions: true });
    const client = await Client.begin(server.url);
    const first = await client.get();
    change(server);
    await first.message();
    const second = await client.get(first.lastId);
    expect(await first.rest()).toEqual([]);
    change(server);
    expect(await second.message()).toEqual(LIST_CHANGED);
  });

  it("of another session is its own alone", async () => {
    const server = await stage({ sessions: true });
    const [client, other] = [await Client.begin(server.url), await Client.begin(server.url)];
    await client.request("resources/subscribe", { uri: "notes://today" });
    const listening = await client.get();
    server.mcp.resourceUpdated("notes://today");
    await listening.message();
    const stolen = await other.get(listening.lastId?.replace(/\..*/, ".-"));
    change(server);
    expect(await stolen.message()).toEqual(LIST_CHANGED);
    expect(await listening.message()).toEqual(LIST_CHANGED);
  });
});
