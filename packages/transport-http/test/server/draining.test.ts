import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { McpServer, memoryState } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { fetchHandler, nodeHandler } from "../../src/index.js";
import { buildFixture } from "../support/build-fixture.js";
import { Client, initialize } from "../support/client.js";
import { deferred } from "@towpath/test-support/deferred.js";
import { listening } from "@towpath/test-support/listening.js";
import { like } from "@towpath/test-support/like.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { POST_HEADERS, STATELESS } from "../support/requests.js";
import { stage, twoNodes, type Stage } from "../support/stage.js";

const done = { result: { content: [{ text: "done" }] } };

const status = async (url: string, path: string): Promise<number> => {
  const response = await fetch(new URL(path, url));
  await response.text();
  return response.status;
};

const firstLine = async (stream: Readable): Promise<string> => {
  for await (const line of createInterface(stream)) return line;
  return "";
};

/** A call that keeps a drain from ending. */
async function held(server: Stage, client: Client): Promise<{ release(): Promise<void> }> {
  const opened = client.call("play", { name: "held" });
  const { ctx, end } = await server.playing("held");
  await ctx.progress(1);
  const call = await opened;
  return {
    release: async () => {
      end("done");
      expect((await call.rest()).at(-1)).toMatchObject(done);
    },
  };
}

describe("a drain", () => {
  it("says first that no new work is taken, while it still is", async () => {
    const clock = new ManualClock();
    const server = await stage({ sessions: true, drainDelayMs: 300, clock });
    expect(await status(server.url, "/ready")).toBe(200);
    const drained = server.drain();
    expect(await status(server.url, "/ready")).toBe(503);
    expect(await status(server.url, "/health")).toBe(200);
    const client = await Client.begin(server.url);
    expect(await client.request("tools/list")).toMatchObject({ result: {} });
    clock.advance(300);
    await drained;
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it("refuses new work with 503 and Retry-After, and lets what is in flight finish", async () => {
    const server = await stage({ sessions: true });
    const client = await Client.begin(server.url);
    const { release } = await held(server, client);
    const drained = server.drain();
    const refused = await client.post({ jsonrpc: "2.0", id: 8, method: "ping" });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.json()).toMatchObject({ id: 8, error: { message: like("shutting down") } });
    expect((await initialize(server.url)).status).toBe(503);
    expect((await client.get()).status).toBe(503);
    await release();
    await drained;
    expect(server.links.count).toBe(0);
  });

  it("takes the answers and cancellations that what is in flight waits for", async () => {
    const server = await stage({ sessions: true });
    const client = await Client.begin(server.url);
    const calls = [client.call("play", { name: "asking" }), client.call("play", { name: "cancelled" }, 99)];
    const [asking, cancelled] = [await server.playing("asking"), await server.playing("cancelled")];
    await cancelled.ctx.progress(1);
    const answer = asking.ctx.elicit("well?", z.object({ ok: z.boolean() }));
    const [call] = await Promise.all(calls);
    const question = await call?.message();
    const drained = server.drain();
    expect(await client.answer(question?.id, { action: "decline" })).toBe(202);
    expect(await answer).toMatchObject({ action: "decline" });
    expect(await client.notify("notifications/cancelled", { requestId: 99 })).toBe(202);
    await cancelled.aborted;
    asking.end("done");
    expect(await call?.rest()).toMatchObject([done]);
    await drained;
  });

  it("lets a client come back for a stream that no other node has", async () => {
    const server = await stage();
    const client = new Client(server.url);
    const opened = client.call("play", { name: "long" });
    const { ctx, end } = await server.playing("long");
    ctx.closeStream();
    const call = await opened;
    expect(await call.rest()).toEqual([]);
    const drained = server.drain();
    const resumed = await client.get(call.lastId);
    end("done");
    expect(await resumed.rest()).toMatchObject([done]);
    await drained;
  });

  it("ends subscriptions with their result", async () => {
    const server = await stage();
    const client = new Client(server.url, {
      revision: STATELESS,
      headers: { "mcp-method": "subscriptions/listen" },
    });
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": STATELESS,
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const listening = await client.open("subscriptions/listen", {
      notifications: { toolsListChanged: true },
      _meta,
    });
    await listening.message();
    const drained = server.drain();
    expect((await listening.rest()).at(-1)).toMatchObject({ id: 1, result: {} });
    await drained;
  });

  it("closes GET streams, saying when to come back", async () => {
    const server = await stage({ sessions: true, retryMs: 321 });
    const client = await Client.begin(server.url, { revision: "2025-06-18" });
    const listening = await client.get();
    const drained = server.drain();
    expect(await listening.next()).toEqual({ retry: 321 });
    expect(await listening.next()).toBeUndefined();
    await drained;
  });

  it("aborts what is left in the end, telling its client", async () => {
    const server = await stage({ streamAfterMs: 60_000 });
    const client = new Client(server.url);
    const opened = client.call("play", { name: "streaming" });
    const whole = client.request("tools/call", { name: "play", arguments: { name: "whole" } });
    const { ctx, aborted } = await server.playing("streaming");
    await server.playing("whole");
    await ctx.progress(1);
    const call = await opened;
    await server.drain({ timeoutMs: 10 });
    await aborted;
    const error = { message: like("shut down") };
    expect((await call.rest()).at(-1)).toMatchObject({ error });
    expect(await whole).toMatchObject({ error });
    expect(server.links.count).toBe(0);
  });

  it("waits for no handler that does not end", async () => {
    const mcp = new McpServer("stuck");
    const begun = deferred();
    mcp.tool("stuck", {}, () => {
      begun.resolve();
      return new Promise<string>(() => undefined);
    });
    const handle = fetchHandler(mcp, { sessions: true });
    const call = handle(
      new Request("http://127.0.0.1/mcp", {
        method: "POST",
        headers: { ...POST_HEADERS, "mcp-protocol-version": "2025-11-25" },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: 0,
          method: "initialize",
          params: {
            protocolVersion: "2025-11-25",
            capabilities: {},
            clientInfo: { name: "t", version: "1" },
          },
        }),
      }),
    );
    const session = (await call).headers.get("mcp-session-id") ?? "";
    const stuck = handle(
      new Request("http://127.0.0.1/mcp", {
        method: "POST",
        headers: { ...POST_HEADERS, "mcp-session-id": session },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "stuck" } }),
      }),
    );
    await begun.promise;
    await handle.drain({ timeoutMs: 0 });
    expect(await (await stuck).json()).toMatchObject({ id: 1, error: {} });
  });

  it("leaves nothing behind that keeps the process alive", async () => {
    const fixture = await buildFixture("drained");
    onTestFinished(() => fixture.remove());
    const child = spawn(process.execPath, [fixture.path], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    const client = await Client.begin(await firstLine(child.stdout));
    const listening = await client.get();
    const call = await client.call("wait");
    await call.message();
    child.kill("SIGTERM");
    expect(await call.rest()).toMatchObject([done]);
    await listening.rest();
    expect(await exited).toEqual([0, null]);
  });

  it("is one, however often it is asked for", async () => {
    const server = await stage();
    const { release } = await held(server, new Client(server.url));
    let over = false;
    const drained = [server.drain(), server.drain()].map((one) => one.then(() => (over = true)));
    await status(server.url, "/health");
    expect(over).toBe(false);
    await release();
    await Promise.all(drained);
  });
});

describe("a drain of one of two nodes", () => {
  it("sends clients away from their streams, which go on at the other", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    const listening = await client.get();
    const opened = client.call("play", { name: "long" });
    const { ctx, end } = await a.playing("long");
    await ctx.progress(1);
    const call = await opened;
    await call.message();
    const drained = a.drain();
    expect(await call.next()).toEqual({ retry: 1000 });
    expect(await call.next()).toBeUndefined();
    expect(await listening.rest()).toEqual([]);
    const [resumed, again] = [
      await client.at(b.url).get(call.lastId),
      await client.at(b.url).get(listening.lastId),
    ];
    await ctx.progress(2);
    expect(await resumed.message()).toMatchObject({ params: { progress: 2 } });
    b.mcp.tool("new", {}, () => "new");
    expect(await again.message()).toMatchObject({ method: "notifications/tools/list_changed" });
    end("done");
    expect(await resumed.rest()).toMatchObject([done]);
    await drained;
    expect(await client.at(b.url).request("ping")).toMatchObject({ result: {} });
  });

  it("leaves alone the streams of clients that do not know how to come back", async () => {
    const [a] = await twoNodes();
    const client = await Client.begin(a.url, { revision: "2025-06-18" });
    const opened = client.call("play", { name: "long" });
    const { ctx, end } = await a.playing("long");
    await ctx.progress(1);
    const call = await opened;
    const drained = a.drain();
    await ctx.progress(2);
    end("done");
    expect(await call.rest()).toMatchObject([{ params: { progress: 1 } }, { params: { progress: 2 } }, done]);
    await drained;
  });

  it("brings the last words to the state before it is over", async () => {
    const state = memoryState();
    const server = await stage({ sessions: true }, { state });
    const client = await Client.begin(server.url, { revision: "2025-06-18" });
    const opened = client.call("play", { name: "long" });
    const { ctx, end } = await server.playing("long");
    await ctx.progress(1);
    const call = await opened;
    const drained = server.drain();
    end("done");
    await drained;
    await state.close();
    expect((await call.rest()).at(-1)).toMatchObject(done);
  });
});

describe.each(["nodeHandler", "fetchHandler"] as const)("%s", (kind) => {
  it("drains too: what is in flight finishes, and nothing is taken any more", async () => {
    const mcp = new McpServer("drained");
    const [begun, ending] = [deferred(), deferred()];
    mcp.tool("wait", {}, async () => {
      begun.resolve();
      await ending.promise;
      return "done";
    });
    const { handler, post } = await (kind === "nodeHandler" ? overNode(mcp) : overFetch(mcp));
    const call = post({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "wait" } });
    await begun.promise;
    const drained = handler.drain();
    expect((await post({ jsonrpc: "2.0", id: 2, method: "ping" })).status).toBe(503);
    let over = false;
    void drained.then(() => (over = true));
    await nextTurn();
    expect(over).toBe(false);
    ending.resolve();
    expect(await (await call).json()).toMatchObject({ id: 1, ...done });
    await drained;
    expect((await post({ jsonrpc: "2.0", id: 3, method: "ping" })).status).toBe(503);
  });
});

interface Handled {
  readonly handler: { drain(): Promise<void> };
  post(message: object): Promise<Response>;
}

function overFetch(mcp: McpServer): Promise<Handled> {
  const handler = fetchHandler(mcp);
  const post = (message: object): Promise<Response> =>
    handler(
      new Request("http://127.0.0.1/mcp", {
        method: "POST",
        headers: POST_HEADERS,
        body: JSON.stringify(message),
      }),
    );
  return Promise.resolve({ handler, post });
}

async function overNode(mcp: McpServer): Promise<Handled> {
  const handler = nodeHandler(mcp);
  const url = await listening(createServer(handler), handler);
  const post = (message: object): Promise<Response> =>
    fetch(url, { method: "POST", headers: POST_HEADERS, body: JSON.stringify(message) });
  return { handler, post };
}
