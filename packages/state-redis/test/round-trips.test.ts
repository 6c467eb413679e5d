import { McpServer } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import { noRedisServer, skipped, startRedis, type RedisServer } from "@towpath/test-support/redis-server.js";
import { streamableHttp } from "@towpath/transport-http";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { redisState } from "../src/index.js";
import { WatchedRedis } from "./support/watched-redis.js";

const HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };

interface Message {
  readonly method: string;
  readonly id?: number;
  readonly params?: object;
}

const call = (name: string, args: object = {}): Message => ({
  id: 1,
  method: "tools/call",
  params: { name, arguments: args, _meta: { progressToken: 1 } },
});

const MODERN = "2026-07-28";
const modernMeta = {
  "io.modelcontextprotocol/protocolVersion": MODERN,
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

describe.skipIf(skipped(noRedisServer))("what is asked of Redis", () => {
  let redis: RedisServer;
  let watched: WatchedRedis;

  beforeAll(async () => {
    redis = await startRedis();
    watched = await WatchedRedis.of(redis.url);
  });
  afterAll(async () => {
    watched.close();
    await redis.stop();
  });

  async function startNode(): Promise<string> {
    const state = redisState(redis.url);
    const mcp = new McpServer("counted", { state });
    mcp.tool("quick", {}, () => "done");
    const input = jsonSchema<{ events: number }>({
      type: "object",
      properties: { events: { type: "integer" } },
      required: ["events"],
    });
    mcp.tool("tell", { input }, async ({ events }, ctx) => {
      for (let i = 1; i <= events; i++) await ctx.progress(i, events);
      return "done";
    });
    const running = await mcp.start(streamableHttp({ port: 0, sessions: true, streamAfterMs: 60_000 }));
    onTestFinished(async () => {
      await running.drain({ timeoutMs: 0 });
      await state.close();
    });
    return running.urls[0] ?? "";
  }

  async function send(url: string, message: Message, headers: Record<string, string>): Promise<Response> {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    const response = await fetch(url, { method: "POST", headers: { ...HEADERS, ...headers }, body });
    expect(response.ok, await response.clone().text()).toBe(true);
    await response.text();
    return response;
  }

  /** A session whose client has introduced itself. */
  async function openSession(url: string): Promise<Record<string, string>> {
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    };
    const { headers } = await send(url, { id: 0, method: "initialize", params }, {});
    const session = { "mcp-session-id": headers.get("mcp-session-id") ?? "" };
    await send(url, { method: "notifications/initialized" }, session);
    await watched.asked(session["mcp-session-id"]);
    return session;
  }

  const idOf = (session: Record<string, string>): string => session["mcp-session-id"] ?? "none";

  /** Makes a call with a stream; what is asked for it goes on a little after its answer. */
  async function asksFor(url: string, session: Record<string, string>, events: number) {
    await send(url, call("tell", { events }), session);
    const asked: string[] = [];
    return async () => {
      asked.push(...(await watched.asked(idOf(session))));
      return asked;
    };
  }

  it("is one script for a call of a session that is answered in JSON, as for a notification", async () => {
    const url = await startNode();
    const session = await openSession(url);
    for (let i = 0; i < 3; i++) {
      await send(url, call("quick"), session);
      expect(await watched.asked(idOf(session))).toEqual(["get a record"]);
    }
    await send(url, { method: "notifications/roots/list_changed" }, session);
    expect(await watched.asked(idOf(session))).toEqual(["get a record"]);
  });

  it("is the same on another node, from the first call on", async () => {
    const [one, other] = [await startNode(), await startNode()];
    const session = await openSession(one);
    for (const url of [other, one, other]) {
      await send(url, call("quick"), session);
      expect(await watched.asked(idOf(session))).toEqual(["get a record"]);
    }
  });

  it("is one more script for each event of a stream, and five for the stream itself", async () => {
    const url = await startNode();
    const session = await openSession(url);
    const told = (events: number): string[] => [
      "get a record",
      "log create",
      "log read",
      // The last of them ends the log, and is the response.
      ...Array.from({ length: events + 1 }, () => "log append"),
      "log leave",
      "log touch",
    ];
    // With its first stream a node begins to listen to others, and has a look at what it may have missed until then.
    const first = await asksFor(url, session, 1);
    await expect.poll(first).toContain("log touch");
    for (const events of [1, 5]) {
      const asked = await asksFor(url, session, events);
      await expect.poll(asked).toEqual(told(events));
    }
  });

  it("is nothing in the stateless era, also for streams", async () => {
    const url = await startNode();
    const headers = { "mcp-protocol-version": MODERN, "mcp-method": "tools/call" };
    const stateless = (message: Message): Message => ({
      ...message,
      params: { ...message.params, _meta: { ...modernMeta, progressToken: 1 } },
    });
    await send(url, stateless(call("quick")), { ...headers, "mcp-name": "quick" });
    await watched.asked();
    for (let i = 0; i < 5; i++) {
      await send(url, stateless(call("quick")), { ...headers, "mcp-name": "quick" });
      await send(url, stateless(call("tell", { events: 3 })), { ...headers, "mcp-name": "tell" });
    }
    // Nodes say now and then that they are there, whatever is asked of them.
    const others = (await watched.asked()).filter((what) => what !== "set a record" && what !== "ping");
    expect(others).toEqual([]);
  });
});
