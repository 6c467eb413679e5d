import { randomUUID } from "node:crypto";
import { createClient } from "@redis/client";
import type { LogReader } from "@towpath/mcp-core";
import { anyRedis, noRedis, skipped } from "@towpath/test-support/redis-server.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openNode, warmUp, type NodeOptions, type TestNode } from "../../test/nodes.js";
import { PAGE } from "./reader.js";
import { entriesOf } from "./replies.js";
import { READ } from "./scripts.js";
import { LogStore } from "./store.js";

const HOUR = { ttlMs: 3_600_000 };

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

describe.skipIf(skipped(noRedis))("logs on Redis", () => {
  let server: Awaited<ReturnType<typeof anyRedis>>;
  const nodes: TestNode[] = [];

  beforeAll(async () => {
    server = await anyRedis();
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
  });
  afterAll(() => server.stop());

  const open = (options?: NodeOptions): TestNode => {
    const node = openNode(server.url, options);
    nodes.push(node);
    return node;
  };

  /** Two nodes and a log that the second one knows how to read; both are warmed up. */
  async function twoNodes() {
    const [writer, follower] = [open(), open()];
    const name = randomUUID();
    for (const node of [writer, follower]) await warmUp(node);
    await writer.logs.create(name, HOUR);
    writer.asked();
    return { writer, follower, name };
  }

  async function raw<T>(work: (send: (...args: string[]) => Promise<unknown>) => Promise<T>): Promise<T> {
    const client = createClient({ url: server.url });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return await work((...args) => client.sendCommand(args));
    } finally {
      client.destroy();
    }
  }

  it("refuse names, keys and entries that are not well formed, which Redis would change", async () => {
    const { logs } = open();
    const name = randomUUID();
    const half = `${name}\udc00`;
    await logs.create(name, HOUR);
    const refused = [
      logs.create(half),
      logs.create(randomUUID(), { about: half }),
      logs.append(half, "a"),
      logs.append(name, half),
      logs.append(name, "a", { key: half }),
      logs.read(half),
      logs.delete(half),
      logs.info(half),
    ];
    for (const each of refused) await expect(each).rejects.toMatchObject({ code: "invalid-argument" });
    expect(await logs.info(name)).toMatchObject({ entries: 0 });
  });

  it("know, in Cluster, the 64 nodes that asked last, which may all be gone", async () => {
    const { logs, redis } = open();
    const name = randomUUID();
    await logs.create(name, HOUR);
    const nodes = Array.from({ length: 71 }, () => new LogStore({ ...redis, clustered: true }));
    const reading = ["end", "", "", 0, "handle", 1, 1];
    for (const node of nodes.slice(0, 70)) await node.run(READ, name, reading);
    for (const i of [6, 70]) await nodes[i]?.run(READ, name, reading);
    const known = await raw((send) => send("HGET", redis.key("log-meta", name), "w"));
    const expected = [...nodes.slice(8, 70), nodes[6], nodes[70]];
    expect(JSON.parse(String(known))).toEqual(expected.flatMap((node) => [node?.channel, "handle"]));
  });

  it("give pages of a bounded size, whatever the sizes of their entries", async () => {
    const { logs, redis } = open();
    const sizes = [0, 1, 40_000, 20_000, 70_000, 1, 65_000, 535, 1, ...Array.from({ length: 300 }, () => 10)];
    const name = randomUUID();
    await logs.create(name, HOUR);
    for (const size of sizes) await logs.append(name, "x".repeat(size));
    const store = new LogStore(redis);
    const pages: number[][] = [];
    let from = ["start", "", ""];
    for (let seen = 0; seen < sizes.length;) {
      const args = [...from, 0, "", PAGE.entries, PAGE.bytes];
      const page = await store.ask(READ, name, args, (reply) => {
        from = ["after", reply.start, String(entriesOf(reply).at(-1)?.number)];
        return entriesOf(reply).map(({ data }) => data.length);
      });
      pages.push(page);
      seen += page.length;
    }
    expect(pages.flat()).toEqual(sizes);
    expect(pages.map((page) => page.length)).toEqual([4, 1, 2 + 1, 256, 45]);
  });

  it("take one round trip for each call, and none for each entry that a follower is given", async () => {
    const { writer, follower } = await twoNodes();
    const name = randomUUID();
    await writer.logs.create(name, HOUR);
    await writer.logs.append(name, "0");
    const reader = await follower.logs.read(name);
    const entries = Array.from({ length: 20 }, (_, i) => String(i));
    for (const entry of entries.slice(1)) {
      const next = take(reader, entry === "1" ? 2 : 1);
      await writer.logs.append(name, entry);
      await next;
    }
    await writer.logs.close(name);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(writer.asked()).toEqual(["log create", ...entries.map(() => "log append"), "log close"]);
    expect(follower.asked()).toEqual(["log read", "log leave"]);
  });

  it("hand entries to readers of the node that appends without a further round trip", async () => {
    const { writer, name } = await twoNodes();
    const reader = await writer.logs.read(name);
    const next = take(reader, 2);
    await writer.logs.append(name, "a");
    await writer.logs.append(name, "b");
    expect(await next).toEqual(["a", "b"]);
    expect(writer.asked()).toEqual(["log read", "log append", "log append"]);
  });

  it("hand out entries too large for a message by one round trip each", async () => {
    const { writer, follower, name } = await twoNodes();
    const reader = await follower.logs.read(name);
    const large = "ü".repeat(10_000);
    const next = take(reader, 1);
    await writer.logs.append(name, large);
    expect(await next).toEqual([large]);
    expect(follower.asked()).toEqual(["log read", "log page"]);
  });

  it("carry an entry as large as the log may be", async () => {
    const { writer, follower, name } = await twoNodes();
    const reader = await follower.logs.read(name);
    const largest = "x".repeat(16 * 2 ** 20);
    const live = take(reader, 2);
    await writer.logs.append(name, "small");
    await writer.logs.append(name, largest);
    expect((await live)[1] === largest).toBe(true);
    await expect(writer.logs.append(name, `${largest}x`)).rejects.toMatchObject({ limit: "maxBytes" });
    expect(await writer.logs.info(name)).toMatchObject({ entries: 1, bytes: largest.length });
    const again = await follower.logs.read(name, { from: "oldest", follow: false });
    expect((await drain(again)).map((data) => data.length)).toEqual([largest.length]);
  });

  it("give 10,000 entries page by page", async () => {
    const { writer, follower, name } = await twoNodes();
    const entries = Array.from({ length: 10_000 }, (_, i) => `entry ${String(i)}`);
    await Promise.all(entries.map((entry) => writer.logs.append(name, entry)));
    follower.asked();
    expect(await drain(await follower.logs.read(name, { follow: false }))).toEqual(entries);
    expect(follower.asked()).toEqual(["log read", ...Array.from({ length: 39 }, () => "log page")]);
  });

  it("end a page early when its bytes are many", async () => {
    const { writer, follower, name } = await twoNodes();
    const entry = "x".repeat(30_000);
    for (let i = 0; i < 5; i++) await writer.logs.append(name, entry);
    expect(await drain(await follower.logs.read(name, { follow: false }))).toHaveLength(5);
    expect(follower.asked()).toEqual(["log read", "log page", "log page"]);
  });

  it("have cursors that fit into an event id", async () => {
    const { writer, name } = await twoNodes();
    expect(await writer.logs.append(name, "a")).toMatch(/^[\w-]{1,64}$/);
  });

  it("are gone with all their keys, in one slot", async () => {
    const { writer, name } = await twoNodes();
    const log = `{${name}}/${name}`;
    const { redis } = writer;
    const keys = [redis.key("log", log), redis.key("log-meta", log)];
    await writer.logs.create(log, HOUR);
    await writer.logs.append(log, "a", { key: "k" });
    await raw(async (send) => {
      for (const key of keys) expect(await send("PTTL", key)).toBeGreaterThan(3_500_000);
      await writer.logs.touch(log, 60_000);
      for (const key of keys) expect(await send("PTTL", key)).toBeLessThanOrEqual(60_000);
      await writer.logs.append(log, "b");
      for (const key of keys) expect(await send("PTTL", key)).toBeGreaterThan(3_500_000);
      await writer.logs.touch(log, Infinity);
      await writer.logs.append(log, "c");
      for (const key of keys) expect(await send("PTTL", key)).toBe(-1);
      await writer.logs.delete(log);
      expect(await send("EXISTS", ...keys)).toBe(0);
    });
  });

  it("keep nothing of an entry that was trimmed, nor its key", async () => {
    const { writer, name } = await twoNodes();
    const { logs, redis } = writer;
    const log = `${name}/trimmed`;
    await logs.create(log, { ...HOUR, maxEntries: 3 });
    for (let i = 0; i < 50; i++) await logs.append(log, String(i), { key: `key ${String(i)}` });
    await raw(async (send) => {
      expect(await send("XLEN", redis.key("log", log))).toBe(3);
      const fields = (await send("HKEYS", redis.key("log-meta", log))) as string[];
      expect(fields.filter((field) => field.startsWith("kkey"))).toEqual(["kkey 47", "kkey 48", "kkey 49"]);
    });
  });

  it("say that entries are lost which Redis evicted", async () => {
    const { writer, name } = await twoNodes();
    await writer.logs.append(name, "a");
    await raw((send) => send("DEL", writer.redis.key("log", name)));
    await expect(writer.logs.read(name)).rejects.toMatchObject({ code: "cursor-lost" });
  });

  it("refuse more readers than a node may have, and free the place of one that ended", async () => {
    const { logs } = open({ maxReaders: 2 });
    const name = randomUUID();
    const other = randomUUID();
    for (const log of [name, other]) await logs.create(log, HOUR);
    const first = await logs.read(name);
    await expect(logs.read("unknown")).rejects.toMatchObject({ code: "unknown-log" });
    const abort = new AbortController();
    await logs.read(name, { signal: abort.signal });
    await expect(logs.read(name)).rejects.toMatchObject({ limit: "maxReaders" });
    await first.return();
    await logs.read(other, { exclusive: true });
    await expect(logs.read(other)).rejects.toMatchObject({ limit: "maxReaders" });
    await logs.read(name).catch(() => undefined);
    abort.abort();
    const last = await logs.read(other, { exclusive: true });
    await logs.read(name);
    await logs.delete(other);
    await expect(last.next()).rejects.toMatchObject({ code: "unknown-log" });
    await logs.read(name);
  });

  it("go on counting where a name is used again, and end who followed the earlier log", async () => {
    const { writer, follower, name } = await twoNodes();
    const { logs } = follower;
    const early = await logs.read(name);
    const ended = expect(early.next()).rejects.toMatchObject({ code: "unknown-log" });
    const calls = [writer.logs.delete(name), writer.logs.create(name, HOUR), writer.logs.append(name, "new")];
    await Promise.all(calls);
    const reader = await logs.read(name);
    await ended;
    const next = take(reader, 2);
    await writer.logs.append(name, "newer");
    expect(await next).toEqual(["new", "newer"]);
  });

  it("end who follows a log that is deleted and created again on the same node, in one breath", async () => {
    const { writer, name } = await twoNodes();
    const { logs } = writer;
    const early = await logs.read(name, { exclusive: true });
    const ended = expect(early.next()).rejects.toMatchObject({ code: "unknown-log" });
    const read = Promise.all([
      logs.delete(name),
      logs.create(name, HOUR),
      logs.append(name, "new"),
      logs.read(name),
      logs.append(name, "newer", { close: true }),
    ]);
    const [, , , reader] = await read;
    await ended;
    expect(await drain(reader)).toEqual(["new", "newer"]);
  });

  it("leave no follower registered once it ended", async () => {
    const { writer, follower, name } = await twoNodes();
    const nodesOf = (): Promise<unknown> =>
      raw((send) => send("HGET", writer.redis.key("log-meta", name), "w"));
    const readers = await Promise.all([1, 2].map(() => follower.logs.read(name)));
    const own = await writer.logs.read(name);
    expect(JSON.parse(String(await nodesOf()))).toHaveLength(4);
    for (const reader of readers) await reader.return();
    await follower.logs.info(name);
    expect(JSON.parse(String(await nodesOf()))).toHaveLength(2);
    await own.return();
    await writer.logs.info(name);
    expect(await nodesOf()).toBeNull();
    await follower.logs.read(name);
    await follower.close();
    expect(await nodesOf()).toBeNull();
  });

  it("forget a node that is gone without a word when it is told next", async () => {
    const { writer, follower, name } = await twoNodes();
    await follower.logs.read(name);
    await follower.redis.close();
    await writer.logs.append(name, "a");
    const nodesOf = await raw((send) => send("HGET", writer.redis.key("log-meta", name), "w"));
    expect(nodesOf).toBeNull();
  });
});
