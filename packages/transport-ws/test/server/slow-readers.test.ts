import { McpServer } from "@towpath/mcp-core";
import { deferred } from "@towpath/test-support/deferred.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { frame } from "../support/frames.js";
import { META, RawWebSocket } from "../support/raw-web-socket.js";
import { stage } from "../support/stage.js";
import { started } from "../support/start.js";

const TEXT = "x".repeat(10_000);
const MESSAGES = 10_000;
/** A tenth of what is sent, and more than the buffers of a connection hold. */
const MOST_BYTES = (TEXT.length * MESSAGES) / 10;

/** A server whose tools say much more than anybody reads. */
function talkative() {
  const [flooded, over] = [deferred(), deferred<string>()];
  const mcp = new McpServer("talkative");
  mcp.tool("flood", {}, async (_args, ctx) => {
    for (let done = 1; done <= MESSAGES; done++) {
      void ctx.progress(done, MESSAGES, TEXT);
      ctx.log.info(TEXT);
      if (done % 100 === 0) await nextTurn();
    }
    flooded.resolve();
    return "flooded";
  });
  mcp.tool("await", {}, async (_args, ctx) => {
    let done = 0;
    try {
      while (done < MESSAGES && !ctx.signal.aborted) await ctx.progress((done += 1), MESSAGES, TEXT);
    } finally {
      over.resolve(done < MESSAGES ? "early" : "at its end");
    }
    return "done";
  });
  mcp.tool("large", { input: z.object({ length: z.number() }) }, async ({ length }) => {
    await nextTurn();
    return "x".repeat(length);
  });
  return { mcp, flooded: flooded.promise, over: over.promise };
}

const LARGE = { length: 10_000_000 };

const call = (name: string, args: object = {}): object => ({
  name,
  arguments: args,
  _meta: { ...META, progressToken: 1, "io.modelcontextprotocol/logLevel": "debug" },
});

/** A client that reads nothing. */
async function unread(port: number): Promise<RawWebSocket> {
  const socket = await RawWebSocket.open(port);
  socket.connection.socket.pause();
  return socket;
}

const calling = (socket: RawWebSocket, name: string, args?: object, id = 1): RawWebSocket =>
  socket.message({ id, method: "tools/call", params: call(name, args) });

describe("a client that does not read", () => {
  it("costs little: progress is reduced to the latest, logs to a count, and the result is there", async () => {
    const { mcp, flooded } = talkative();
    const { port } = await started(mcp);
    const socket = calling(await unread(port), "flood");
    await flooded;
    socket.connection.socket.resume();
    await socket.connection.until('"text":"flooded"');
    const { received } = socket.connection;
    expect(received.length).toBeLessThan(MOST_BYTES);
    expect(received).toContain(`"progress":${String(MESSAGES)},`);
    expect(received).toMatch(/\d+ log messages were dropped/);
  });

  it("makes a handler wait that waits for its progress, and is cut off when it takes nothing", async () => {
    const { mcp, over } = talkative();
    const { port, links } = await started(mcp, { limits: { stallTimeoutMs: 100 } });
    const socket = calling(await unread(port), "await");
    expect(await over).toBe("early");
    socket.connection.socket.resume();
    expect(await socket.closing()).toEqual([1008, "nothing is read"]);
    socket.close(1008);
    await links.none();
  });

  it("is cut off with an answer of any length, and hears why if it reads on after all", async () => {
    const { mcp } = talkative();
    const { port, links } = await started(mcp, { limits: { stallTimeoutMs: 100 } });
    const socket = calling(await unread(port), "large", LARGE);
    await links.none();
    socket.connection.socket.resume();
    expect(await socket.closing()).toEqual([1008, "too much waits to be read"]);
  });

  it("is cut off at once when too much waits for all together", async () => {
    const limits = { maxQueuedBytes: 1_000_000, maxTotalQueuedBytes: 20_000_000, stallTimeoutMs: Infinity };
    const { mcp } = talkative();
    const { port, links } = await started(mcp, { limits });
    const socket = await unread(port);
    // In one packet, so that all of them are begun before the first answer waits.
    const calls = [1, 2, 3, 4, 5].map((id) =>
      frame(JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: call("large", LARGE) })),
    );
    socket.connection.write(Buffer.concat(calls));
    await links.none();
  });

  it("harms nobody else meanwhile", async () => {
    const { mcp } = talkative();
    const { port } = await started(mcp);
    calling(await unread(port), "large", LARGE);
    const other = await RawWebSocket.open(port);
    expect(await other.request(1, "tools/call", call("large", { length: 3 })).reply()).toMatchObject({
      result: { content: [{ text: "xxx" }] },
    });
  });

  it("is heard all the same: what it takes back is aborted", async () => {
    const { mcp, playing } = stage();
    const { port } = await started(mcp);
    const socket = await RawWebSocket.open(port);
    const playingNow = playing();
    socket.request(1, "tools/call", { name: "play" });
    const { ctx, end } = await playingNow;
    socket.connection.socket.pause();
    for (let id = 2; id < 100; id++)
      socket.request(id, "tools/call", { name: "long", arguments: { length: 1_000_000 } });
    socket.message({ method: "notifications/cancelled", params: { requestId: 1 } });
    await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
    end("too late");
  });

  it("gets all of it when it reads on: nothing is lost, and what waits is served", async () => {
    const { port } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    socket.connection.socket.pause();
    const ids = Array.from({ length: 30 }, (_, index) => index);
    for (const id of ids) socket.request(id, "tools/call", { name: "long", arguments: { length: 300_000 } });
    await nextTurn();
    socket.connection.socket.resume();
    for (const id of ids) await socket.connection.until(`{"jsonrpc":"2.0","id":${String(id)},`);
  });
});
