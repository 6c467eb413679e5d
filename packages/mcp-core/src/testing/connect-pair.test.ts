import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { McpServer } from "../server/server.js";
import { connectPair, ERAS, type Pair, type PairOptions } from "./connect-pair.js";

const pairs: Pair[] = [];

afterEach(async () => {
  await Promise.all(pairs.splice(0).map((pair) => pair.close()));
});

async function paired(server: McpServer, options: PairOptions = {}): Promise<Pair> {
  const pair = await connectPair(server, options);
  pairs.push(pair);
  return pair;
}

const yes = { elicit: () => ({ action: "accept" }) as const };

/** Counts how often its handler has run, and its step. */
function careless(): { readonly server: McpServer; readonly runs: () => string } {
  const server = new McpServer("careless");
  let [runs, steps] = [0, 0];
  server.tool("send", {}, async (_none, ctx) => {
    runs += 1;
    await ctx.step("send", () => void (steps += 1));
    const { action } = await ctx.elicit("Again?");
    return action;
  });
  return { server, runs: () => `${String(runs)} runs, ${String(steps)} steps` };
}

describe("connectPair", () => {
  it.each(ERAS)("connects a client to a server, in the %s era", async (era) => {
    const server = new McpServer("adder");
    const input = z.object({ a: z.number(), b: z.number() });
    server.tool("add", { input }, ({ a, b }) => a + b);
    const { client } = await paired(server, { era });
    expect(client.era).toBe(era);
    expect(await client.callTool("add", { a: 1, b: 2 })).toMatchObject({ content: [{ text: "3" }] });
  });

  it("runs a handler that asks once in the handshake era, and anew in the stateless one", async () => {
    for (const [era, runs] of [
      ["handshake", "1 runs, 1 steps"],
      ["stateless", "2 runs, 1 steps"],
    ] as const) {
      const { server, runs: counted } = careless();
      const { client } = await paired(server, { era, ...yes });
      expect(await client.callTool("send")).toMatchObject({ content: [{ text: "accept" }] });
      expect(counted()).toBe(runs);
    }
  });

  it.each(ERAS)("replays every handler that asks when told to, in the %s era", async (era) => {
    const { server, runs } = careless();
    const { client } = await paired(server, { era, replay: true, ...yes });
    expect(await client.callTool("send")).toMatchObject({ content: [{ text: "accept" }] });
    expect(runs()).toBe("2 runs, 1 steps");
  });

  it("says who the client is", async () => {
    const server = new McpServer("who");
    server.tool("me", {}, (_none, { principal }) => principal?.id ?? "nobody");
    const { client } = await paired(server, { principal: { id: "ann" } });
    expect(await client.callTool("me")).toMatchObject({ content: [{ text: "ann" }] });
  });
});

describe("Traffic", () => {
  it("tells what passed, in order and by name", async () => {
    const { server } = careless();
    const { client, traffic } = await paired(server, { era: "handshake", ...yes });
    expect(traffic.lines).toEqual([
      "client: initialize",
      "server: result of initialize",
      "client: notifications/initialized",
    ]);
    traffic.clear();
    await client.callTool("send");
    await expect(client.callTool("none")).rejects.toThrow("Unknown tool");
    expect(traffic.lines).toEqual([
      "client: tools/call",
      "server: elicitation/create",
      "client: result of elicitation/create",
      "server: result of tools/call",
      "client: tools/call",
      "server: error of tools/call",
    ]);
    expect(traffic.of("tools/call")).toMatchObject([
      { params: { name: "send" } },
      { params: { name: "none" } },
    ]);
    expect(traffic.all[0]).toMatchObject({ from: "client", message: { method: "tools/call" } });
  });

  it("waits for what has not passed yet", async () => {
    const server = new McpServer("slow");
    server.tool("wait", {}, async (_none, { signal, progress }) => {
      await progress(1);
      await new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
      });
    });
    const { client, traffic } = await paired(server);
    const controller = new AbortController();
    const call = client.callTool("wait", {}, { signal: controller.signal, onProgress: () => undefined });
    expect(await traffic.seen("notifications/progress")).toMatchObject({ params: { progress: 1 } });
    controller.abort();
    await expect(call).rejects.toThrow("aborted");
    expect(await traffic.seen("notifications/cancelled")).toMatchObject({
      method: "notifications/cancelled",
    });
  });
});
