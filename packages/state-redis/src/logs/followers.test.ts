import { randomUUID } from "node:crypto";
import { createClient } from "@redis/client";
import type { LogReader } from "@towpath/mcp-core";
import { noRedisServer, skipped, startRedis, type RedisServer } from "@towpath/test-support/redis-server.js";
import { afterEach, describe, expect, it } from "vitest";
import { openNode, warmUp, type NodeOptions, type TestNode } from "../../test/nodes.js";
import { PAGE, RedisReader } from "./reader.js";

const HOUR = { ttlMs: 3_600_000 };

// Everything that was acknowledged is there again after a crash.
const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];

async function take(reader: LogReader, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) taken.push((await reader.next()).value?.data ?? "nothing");
  return taken;
}

async function drain(reader: LogReader): Promise<string[]> {
  const all: string[] = [];
  for await (const { data } of reader) all.push(data);
  return all;
}

/** Calls until Redis answers. */
async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      expect(error).toMatchObject({ code: "unavailable" });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe.skipIf(skipped(noRedisServer))("followers of logs on Redis", () => {
  const servers: RedisServer[] = [];
  const nodes: TestNode[] = [];

  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  /** A Redis, and two nodes on it. */
  async function stage(args: readonly string[] = [], options?: NodeOptions) {
    const server = await startRedis({ args });
    servers.push(server);
    const [a, b] = [openNode(server.url, options), openNode(server.url, options)];
    nodes.push(a, b);
    // With a short timeout, a busy machine may be late.
    for (const node of [a, b]) await persist(() => warmUp(node));
    const name = randomUUID();
    await persist(() => a.logs.create(name, HOUR));
    return { server, a, b, name };
  }

  async function raw(server: RedisServer, ...command: string[]): Promise<unknown> {
    const client = createClient({ url: server.url });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(command);
    } finally {
      client.destroy();
    }
  }

  it("go on and miss nothing when Redis is killed and comes back", async () => {
    const { server, a, b, name } = await stage(DURABLE);
    const readers = await Promise.all([a, b, b].map(({ logs }) => logs.read(name)));
    const all = readers.map(drain);
    const entries = Array.from({ length: 60 }, (_, i) => String(i));
    for (const entry of entries) {
      if (entry === "20" || entry === "40") await server.kill();
      const appended = persist(() => a.logs.append(name, entry, { key: entry }));
      if (entry === "20" || entry === "40") await server.restart();
      await appended;
    }
    await persist(() => a.logs.append(name, "end", { key: "end", close: true }));
    for (const taken of all) expect(await taken).toEqual([...entries, "end"]);
  });

  it("go on and miss nothing when Redis hangs for a while", async () => {
    const { server, a, b, name } = await stage([], { commandTimeoutMs: 300 });
    const readers = await Promise.all([a, b].map(({ logs }) => persist(() => logs.read(name))));
    const all = readers.map(drain);
    await persist(() => a.logs.append(name, "before", { key: "b" }));
    server.pause();
    await expect(a.logs.append(name, "meanwhile", { key: "m" })).rejects.toMatchObject({
      code: "unavailable",
    });
    server.resume();
    await persist(() => b.logs.append(name, "meanwhile", { key: "m" }));
    await persist(() => b.logs.append(name, "after", { key: "a", close: true }));
    for (const taken of all) expect(await taken).toEqual(["before", "meanwhile", "after"]);
  });

  it("hear of what this node appended though the reply got lost", async () => {
    const { server, a, name } = await stage([], { commandTimeoutMs: 300 });
    const next = take(await persist(() => a.logs.read(name)), 1);
    await raw(server, "CLIENT", "PAUSE", "600", "ALL");
    await expect(a.logs.append(name, "lost")).rejects.toMatchObject({ code: "unavailable" });
    // The command was sent: Redis carries it out when it goes on, or never.
    const info = await persist(() => a.logs.info(name));
    if (info?.entries === 0) await persist(() => a.logs.append(name, "lost"));
    expect(await next).toEqual(["lost"]);
  });

  it("miss nothing while the connection that subscribes breaks again and again", async () => {
    const { server, a, b, name } = await stage();
    const taken = drain(await b.logs.read(name));
    const entries = Array.from({ length: 100 }, (_, i) => String(i));
    for (const [i, entry] of entries.entries()) {
      await a.logs.append(name, entry);
      if (i % 25 === 10) await raw(server, "CLIENT", "KILL", "TYPE", "pubsub");
    }
    await a.logs.close(name);
    expect(await taken).toEqual(entries);
  });

  it("end when Redis comes back without the log", async () => {
    const { server, b, name } = await stage();
    const next = (await b.logs.read(name)).next();
    const ended = expect(next).rejects.toMatchObject({ code: "unknown-log" });
    await server.restart();
    await ended;
  });

  /** Two entries that a reader was given, the second of which Redis then lost, as in a failover. */
  async function lossy() {
    const staged = await stage();
    const { server, a, b, name } = staged;
    const reader = await b.logs.read(name);
    const kept = await a.logs.append(name, "kept");
    const lost = await a.logs.append(name, "lost");
    expect(await take(reader, 2)).toEqual(["kept", "lost"]);
    await raw(server, "XDEL", a.redis.key("log", name), lost);
    const [, number = ""] = kept.split("-");
    await raw(server, "HSET", a.redis.key("log-meta", name), "n", number, "q", "1", "b", "4");
    return { ...staged, reader, lost };
  }

  it("end when it turns out that Redis lost what they were given", async () => {
    const { server, reader } = await lossy();
    const ended = expect(reader.next()).rejects.toMatchObject({ code: "cursor-lost" });
    await raw(server, "CLIENT", "KILL", "TYPE", "pubsub");
    await ended;
  });

  it("get what is appended after Redis lost what they were given, and so does who resumes", async () => {
    const { a, b, name, reader, lost } = await lossy();
    const next = take(reader, 1);
    await a.logs.append(name, "new", { close: true });
    expect(await next).toEqual(["new"]);
    expect(await drain(await b.logs.read(name, { from: { after: lost } }))).toEqual(["new"]);
  });

  it("hold no more than a page for a consumer that is slow, and give it all in the end", async () => {
    const { a, b, name } = await stage();
    const readers = await Promise.all([a, b].map(({ logs }) => logs.read(name)));
    let heard = (): void => undefined;
    await b.bus.subscribe(name, () => heard());
    /** Settles when `b` has heard all that `a` said so far. */
    const settled = async (): Promise<void> => {
      const marker = new Promise<void>((resolve) => (heard = resolve));
      await a.bus.publish(name, "marker");
      await marker;
    };
    const entries = Array.from({ length: 3000 }, (_, i) => String(i));
    await Promise.all(entries.map((entry) => a.logs.append(name, entry)));
    await a.logs.close(name);
    await settled();
    for (const reader of readers) {
      expect(reader instanceof RedisReader && reader.held).toBe(PAGE.entries);
      const seen: string[] = [];
      for await (const { data } of reader) {
        seen.push(data);
        expect(reader instanceof RedisReader && reader.held).toBeLessThan(PAGE.entries);
      }
      expect(seen).toEqual(entries);
    }
  });

  it("are told that entries were trimmed which they had not taken yet", async () => {
    const { a, b, name } = await stage();
    const log = `${name}/short`;
    await a.logs.create(log, { ...HOUR, maxEntries: 2 });
    const large = "x".repeat(PAGE.bytes / 2 + 1);
    const reader = await b.logs.read(log);
    for (let i = 0; i < 4; i++) await a.logs.append(log, large);
    await expect(reader.next()).rejects.toMatchObject({ code: "cursor-lost" });
  });

  it("are fenced but for the newest, whichever node took the log when", async () => {
    const { a, b, name } = await stage();
    const opened = await Promise.all(
      Array.from({ length: 40 }, (_, i) => (i % 3 ? a : b).logs.read(name, { exclusive: true })),
    );
    const ends = opened.map((reader) => drain(reader).catch((error: unknown) => error));
    await a.logs.append(name, "only for the newest", { close: true });
    const newest = Math.max(...opened.map(({ token = 0 }) => token));
    expect(new Set(opened.map(({ token }) => token)).size).toBe(40);
    for (const [i, end] of (await Promise.all(ends)).entries()) {
      if (opened[i]?.token === newest) expect(end).toEqual(["only for the newest"]);
      else expect(end).toMatchObject({ code: "fenced" });
    }
  });

  it("are all woken, 5,000 on one node, over the two connections that it has", async () => {
    const { server, a, b, name } = await stage();
    const names = Array.from({ length: 2500 }, (_, i) => `${name}/${String(i)}`);
    await Promise.all(names.map((log) => a.logs.create(log, HOUR)));
    const readers = await Promise.all([
      ...names.map((log) => b.logs.read(log)),
      ...names.map(() => b.logs.read(name)),
    ]);
    b.asked();
    const all = Promise.all(readers.map(drain));
    await Promise.all([...names, name].map((log) => a.logs.append(log, "wake", { close: true })));
    for (const taken of await all) expect(taken).toEqual(["wake"]);
    expect(new Set(b.asked())).toEqual(new Set(["log leave"]));
    const clients = String(await raw(server, "CLIENT", "LIST"))
      .trim()
      .split("\n");
    expect(clients).toHaveLength(5);
  });

  it("fetch a large entry once for all who wait for it", async () => {
    const { a, b, name } = await stage();
    const readers = await Promise.all(Array.from({ length: 100 }, () => b.logs.read(name)));
    b.asked();
    const large = "x".repeat(1_000_000);
    const all = Promise.all(readers.map((reader) => take(reader, 1)));
    await a.logs.append(name, large);
    for (const [taken] of await all) expect(taken === large).toBe(true);
    expect(b.asked()).toEqual(["log page"]);
  });

  it("end when their logs expire, with one look or two at each", async () => {
    const { a, b, name } = await stage();
    const names = Array.from({ length: 500 }, (_, i) => `${name}/${String(i)}`);
    await Promise.all(names.map((log) => a.logs.create(log, { ttlMs: 1500 })));
    const readers = await Promise.all(names.map((log) => b.logs.read(log)));
    b.asked();
    const ends = await Promise.allSettled(readers.map((reader) => reader.next()));
    for (const end of ends) expect(end).toMatchObject({ reason: { code: "unknown-log" } });
    expect(b.asked().filter((what) => what === "log page").length).toBeLessThanOrEqual(1000);
  });

  it("end early when another node shortens the time that is left", async () => {
    const { a, b, name } = await stage();
    const ended = expect((await b.logs.read(name)).next()).rejects.toMatchObject({ code: "unknown-log" });
    await a.logs.touch(name, 200);
    await ended;
  });
});
