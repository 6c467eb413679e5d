import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { fetchHandler } from "../../../src/index.js";
import { CountedLinks } from "@towpath/test-support/counted-links.js";
import { Client, initialize } from "../../support/client.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { INITIALIZE, POST_HEADERS } from "../../support/requests.js";
import { calculator } from "../../support/servers.js";
import { stage, twoNodes, type Stage } from "../../support/stage.js";

const TTL_MS = 60_000;

async function timed(): Promise<Stage & { readonly clock: ManualClock }> {
  const clock = new ManualClock();
  return { ...(await stage({ sessions: true, clock, limits: { sessionTtlMs: TTL_MS } })), clock };
}

describe("a session's time to live", () => {
  it("ends it", async () => {
    const { url, clock } = await timed();
    const client = await Client.begin(url);
    clock.advance(TTL_MS - 1);
    expect((await client.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status).toBe(200);
    clock.advance(TTL_MS);
    expect((await client.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status).toBe(404);
  });

  it("ends its link, though nobody asks for it again", async () => {
    const { url, clock, links } = await timed();
    await Client.begin(url);
    expect(links.count).toBe(1);
    clock.advance(2 * TTL_MS);
    await links.none();
    expect(clock.pending).toBe(0);
  });

  it("begins anew with every request", async () => {
    const { url, clock } = await timed();
    const client = await Client.begin(url);
    for (let count = 0; count < 5; count++) {
      clock.advance(TTL_MS - 1);
      expect(await client.request("ping")).toMatchObject({ result: {} });
    }
  });

  it("is a minute until the client comes back after initialize", async () => {
    const clock = new ManualClock();
    const { url, links } = await stage({ sessions: true, clock, limits: { maxSessions: 2 } });
    const [kept] = [await Client.begin(url), await Client.begin(url)];
    clock.advance(59_999);
    expect((await initialize(url)).status).toBe(503);
    expect(await kept.notify("notifications/initialized")).toBe(202);
    clock.advance(1);
    const another = await Client.begin(url);
    clock.advance(1_799_998);
    expect(await kept.request("ping")).toMatchObject({ result: {} });
    expect((await another.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status).toBe(404);
    expect(links.count).toBe(1);
  });

  it("is the full one once the client has come back, at another node too", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock });
    const client = await Client.begin(a.url);
    expect(await client.at(b.url).notify("notifications/initialized")).toBe(202);
    clock.advance(1_700_000);
    expect(await client.request("ping")).toMatchObject({ result: {} });
  });

  it("does not run while a GET stream is open, and begins anew when that ends", async () => {
    const { url, clock, mcp, links } = await timed();
    const client = await Client.begin(url);
    const listening = await client.get();
    clock.advance(10 * TTL_MS);
    mcp.tool("new", {}, () => "new");
    expect(await listening.message()).toMatchObject({ method: "notifications/tools/list_changed" });
    const taking = await client.get();
    await listening.rest();
    clock.advance(10 * TTL_MS);
    taking.cut();
    expect(await client.request("ping")).toMatchObject({ result: {} });
    while (links.count > 0) {
      clock.advance(TTL_MS);
      await nextTurn();
    }
    expect((await client.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status).toBe(404);
  });

  it("runs when the client of a GET stream left before that began", async () => {
    const clock = new ManualClock();
    const options = { sessions: true, clock, limits: { sessionTtlMs: TTL_MS } };
    const links = new CountedLinks(calculator());
    const handle = fetchHandler(links, options);
    const url = "http://127.0.0.1/mcp";
    const begun = await handle(
      new Request(url, { method: "POST", headers: POST_HEADERS, body: JSON.stringify(INITIALIZE.message) }),
    );
    const session = begun.headers.get("mcp-session-id") ?? "";
    const headers = { accept: "text/event-stream", "mcp-session-id": session };
    const away = new AbortController();
    const opened = handle(new Request(url, { headers, signal: away.signal }));
    away.abort();
    await opened;
    clock.advance(10 * TTL_MS);
    await links.none();
    expect((await handle(new Request(url, { headers }))).status).toBe(404);
  });

  it("does not begin anew for anybody but its owner", async () => {
    const clock = new ManualClock();
    const authorize = ({ headers }: { headers: { get(name: string): string | null } }): { id: string } => ({
      id: headers.get("x-name") ?? "nobody",
    });
    const limits = { sessionTtlMs: TTL_MS };
    const [a, b] = await twoNodes({ clock, options: { authorize, limits } });
    const client = await Client.begin(a.url, { headers: { "x-name": "owner" } });
    clock.advance(TTL_MS - 1);
    for (const { url } of [a, b]) {
      const thief = client.at(url, { "x-name": "thief" });
      expect((await thief.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status).toBe(404);
    }
    clock.advance(1);
    expect((await client.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status).toBe(404);
  });

  it("does not run while a request is in flight, also when its client is gone", async () => {
    const { url, clock, playing } = await timed();
    const client = await Client.begin(url);
    const call = client.call("play", { name: "long" });
    const { ctx, end } = await playing("long");
    await ctx.progress(1);
    (await call).cut();
    clock.advance(10 * TTL_MS);
    expect(await client.request("ping")).toMatchObject({ result: {} });
    clock.advance(10 * TTL_MS);
    end("done");
    expect(await client.request("ping")).toMatchObject({ result: {} });
  });
});
