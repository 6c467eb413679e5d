import { describe, expect, it } from "vitest";
import { Client } from "../../support/client.js";
import { like } from "@towpath/test-support/like.js";
import { stage } from "../../support/stage.js";

describe("a stream that answers a request", () => {
  it("says at once where to resume and how long to wait, from 2025-11-25 on", async () => {
    const { url, playing } = await stage({ retryMs: 1234 });
    const opened = new Client(url).call("play", { name: "one" });
    const { ctx, end } = await playing("one");
    await ctx.progress(1);
    const call = await opened;
    expect(await call.next()).toEqual({
      id: like(/^[\w-]{36}\.\w+$/),
      retry: 1234,
      data: "",
    });
    end("done");
    expect(await call.rest()).toMatchObject([{ method: "notifications/progress" }, { result: {} }]);
  });

  it.each(["2025-03-26", "2025-06-18"])("has messages only, each with its id, in %s", async (revision) => {
    const { url, playing } = await stage();
    const opened = new Client(url, { revision }).call("play", { name: "one" });
    const { ctx, end } = await playing("one");
    await ctx.progress(1);
    const call = await opened;
    end("done");
    const events = [await call.next(), await call.next()];
    expect(events).toMatchObject([{ data: like("progress") }, { data: like("done") }]);
    expect(new Set(events.map((event) => event?.id)).size).toBe(2);
    expect(await call.next()).toBeUndefined();
  });

  it("has no ids where streams cannot be resumed, and in the stateless era", async () => {
    const [plain, resumable] = [await stage({ resumable: false }), await stage()];
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
      progressToken: 1,
    };
    const headers = { "mcp-method": "tools/call", "mcp-name": "play" };
    const stateless = new Client(resumable.url, { revision: "2026-07-28", headers });
    const opened = [
      new Client(plain.url).call("play", { name: "one" }),
      stateless.open("tools/call", { name: "play", arguments: { name: "one" }, _meta }),
    ];
    for (const { playing } of [plain, resumable]) {
      const { ctx, end } = await playing("one");
      await ctx.progress(1);
      end("done");
    }
    for (const call of await Promise.all(opened)) {
      expect(Object.keys((await call.next()) ?? {})).toEqual(["data"]);
      expect(await call.rest()).toHaveLength(1);
    }
  });
});

describe("ctx.closeStream", () => {
  it("sends the client away, which comes back for the rest", async () => {
    const { url, playing } = await stage();
    const client = new Client(url);
    const opened = client.call("play", { name: "long" });
    const { ctx, end } = await playing("long");
    ctx.closeStream({ retryMs: 42 });
    const call = await opened;
    expect(await call.next()).toMatchObject({ data: "" });
    expect(await call.next()).toEqual({ retry: 42 });
    expect(await call.next()).toBeUndefined();
    await ctx.progress(1);
    const polling = await client.get(call.lastId);
    expect(await polling.message()).toMatchObject({ params: { progress: 1 } });
    ctx.closeStream();
    expect(await polling.next()).toEqual({ retry: 1000 });
    expect(await polling.next()).toBeUndefined();
    end("done");
    expect(await (await client.get(polling.lastId)).rest()).toMatchObject([{ result: {} }]);
  });

  it.each([1.5, -1, NaN])("refuses to send it away for %d ms, and goes on", async (retryMs) => {
    const { url, playing } = await stage();
    const opened = new Client(url).call("play", { name: "long" });
    const { ctx, end } = await playing("long");
    expect(() => ctx.closeStream({ retryMs })).toThrow(
      new RegExp(`^retryMs must be .* not ${String(retryMs)}$`),
    );
    await ctx.progress(1);
    end("done");
    expect(await (await opened).rest()).toMatchObject([{ params: { progress: 1 } }, { result: {} }]);
  });

  it("does nothing before 2025-11-25, whose clients would take it for the end", async () => {
    const { url, playing } = await stage();
    const opened = new Client(url, { revision: "2025-06-18" }).call("play", { name: "long" });
    const { ctx, end } = await playing("long");
    ctx.closeStream();
    await ctx.progress(1);
    end("done");
    expect(await (await opened).rest()).toMatchObject([{ params: { progress: 1 } }, { result: {} }]);
  });

  it("does nothing where streams cannot be resumed", async () => {
    const { url, playing } = await stage({ resumable: false });
    const called = new Client(url).request("tools/call", { name: "play", arguments: { name: "long" } });
    const { ctx, end } = await playing("long");
    ctx.closeStream();
    end("done");
    expect(await called).toMatchObject({ result: { content: [{ text: "done" }] } });
  });
});
