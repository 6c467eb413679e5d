import type { Era } from "@towpath/mcp-core";
import { deferred } from "@towpath/test-support/deferred.js";
import { describe, expect, it } from "vitest";
import { stage } from "./support/stage.js";
import { connected, started } from "./support/start.js";

const ERAS: readonly Era[] = ["handshake", "stateless"];
const text = (value: string): object => ({ content: [{ type: "text", text: value }] });

describe.each(ERAS)("over a WebSocket, in the %s era,", (era) => {
  it("tools are listed and called", async () => {
    const { url } = await started(stage().mcp);
    const client = await connected(url, { era });
    expect(client.era).toBe(era);
    expect((await client.listTools()).map(({ name }) => name)).toContain("add");
    expect(await client.callTool("add", { a: 1, b: 2 })).toMatchObject(text("3"));
  });

  it("a thousand calls at once are answered, each with its own answer", async () => {
    const { url, links } = await started(stage().mcp);
    const client = await connected(url, { era });
    const texts = Array.from({ length: 1_000 }, (_, index) => `call ${String(index)}`);
    const results = await Promise.all(texts.map((value) => client.callTool("later", { text: value })));
    expect(results).toEqual(texts.map((value) => expect.objectContaining(text(value)) as unknown));
    expect(links.count).toBe(1);
  });

  it("a hundred large answers at once arrive, to a client that reads", async () => {
    const { url } = await started(stage().mcp);
    const client = await connected(url, { era });
    const calls = Array.from({ length: 100 }, () => client.callTool("long", { length: 100_000 }));
    for (const { content } of await Promise.all(calls))
      expect(content).toEqual([{ type: "text", text: expect.stringMatching(/^x{100000}$/) as unknown }]);
  });

  it("messages of any length pass, with any text, both ways", async () => {
    const { url } = await started(stage().mcp);
    const client = await connected(url, { era });
    for (const value of [
      "",
      "é€😀\u0000\u2028",
      "x".repeat(125),
      "y".repeat(126),
      "ü".repeat(40_000),
      "z".repeat(1e6),
    ])
      expect(await client.callTool("later", { text: value })).toMatchObject(text(value));
  });

  it("progress arrives as it is made", async () => {
    const { mcp, playing } = stage();
    const { url } = await started(mcp);
    const client = await connected(url, { era });
    let told = deferred<number>();
    const playingNow = playing();
    const called = client.callTool("play", {}, { onProgress: ({ progress }) => told.resolve(progress) });
    const { ctx, end } = await playingNow;
    for (const step of [1, 2, 3]) {
      told = deferred();
      await ctx.progress(step);
      expect(await told.promise).toBe(step);
    }
    end("played");
    expect(await called).toMatchObject(text("played"));
  });

  it("questions are asked and answered", async () => {
    const { url } = await started(stage().mcp);
    const asked: string[] = [];
    const client = await connected(url, {
      era,
      elicit: ({ message }) => {
        asked.push(message);
        return { action: "accept", content: { day: "Friday" } };
      },
    });
    expect(await client.callTool("book")).toMatchObject(text("booked Friday"));
    expect(asked).toEqual(["Which day?"]);
  });

  it("a call that is given up is cancelled, and the connection serves on", async () => {
    const { mcp, playing } = stage();
    const { url, links } = await started(mcp);
    const client = await connected(url, { era });
    const giving = new AbortController();
    const playingNow = playing();
    const called = client.callTool("play", {}, { signal: giving.signal });
    const { ctx } = await playingNow;
    const aborted = new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
    giving.abort();
    await expect(called).rejects.toThrow();
    await aborted;
    expect(await client.callTool("add", { a: 1, b: 2 })).toMatchObject(text("3"));
    expect(links.count).toBe(1);
  });

  it("changes are heard of", async () => {
    const { mcp } = stage();
    const { url } = await started(mcp);
    const client = await connected(url, { era });
    const changes = await client.listen({ toolsListChanged: true });
    mcp.tool("newcomer", {}, () => "hello");
    for await (const { method } of changes) {
      expect(method).toBe("notifications/tools/list_changed");
      break;
    }
    expect((await client.listTools()).map(({ name }) => name)).toContain("newcomer");
  });

  it("what a client leaves behind is aborted", async () => {
    const { mcp, playing } = stage();
    const { url, links } = await started(mcp);
    const client = await connected(url, { era });
    const playingNow = playing();
    const called = client.callTool("play");
    called.catch(() => undefined);
    const { ctx, end } = await playingNow;
    const aborted = new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
    await client.close();
    await aborted;
    end("too late");
    await links.none();
    await expect(called).rejects.toThrow();
  });
});

describe("a client that is not told the era", () => {
  it("finds it out on the one connection it makes", async () => {
    const { url, links } = await started(stage().mcp);
    const client = await connected(url);
    expect([client.era, links.count]).toEqual(["stateless", 1]);
  });
});

describe("clients of both eras", () => {
  it("are served at the same time, by one server", async () => {
    const { url } = await started(stage().mcp);
    const clients = await Promise.all(ERAS.map((era) => connected(url, { era })));
    const results = await Promise.all(clients.map((client) => client.callTool("add", { a: 1, b: 2 })));
    expect(results).toMatchObject([text("3"), text("3")]);
  });
});
