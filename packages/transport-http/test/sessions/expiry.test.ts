import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { Client } from "../support/client.js";
import { nextTurn } from "../support/next-turn.js";
import { stage, type Stage } from "../support/stage.js";

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
