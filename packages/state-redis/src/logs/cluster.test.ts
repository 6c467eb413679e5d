import { randomUUID } from "node:crypto";
import type { LogReader } from "@towpath/mcp-core";
import { startRedisCluster, type RedisCluster } from "@towpath/test-support/redis-cluster.js";
import { noRedisServer, skipped } from "@towpath/test-support/redis-server.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openClusterNode, type TestNode } from "../../test/nodes.js";

const HOUR = { ttlMs: 3_600_000 };

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
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

describe.skipIf(skipped(noRedisServer))("logs on Redis Cluster", () => {
  let cluster: RedisCluster;
  const nodes: TestNode[] = [];

  beforeAll(async () => {
    cluster = await startRedisCluster({ replicas: 1 });
  }, 120_000);
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
  });
  afterAll(() => cluster.stop());

  const open = (): TestNode => {
    const node = openClusterNode(cluster.urls, { commandTimeoutMs: 2000 });
    nodes.push(node);
    return node;
  };

  it("wake 1,000 followers of logs on all its masters", async () => {
    const [a, b] = [open(), open()];
    const names = Array.from({ length: 1000 }, () => randomUUID());
    await Promise.all(names.map((name) => a.logs.create(name, HOUR)));
    const readers = await Promise.all(names.map((name) => b.logs.read(name)));
    const all = Promise.all(readers.map(drain));
    await Promise.all(names.map((name) => a.logs.append(name, name, { close: true })));
    expect(await all).toEqual(names.map((name) => [name]));
  });

  it("forget a node whose followers have ended", async () => {
    const [a, b] = [open(), open()];
    const name = randomUUID();
    await a.logs.create(name, HOUR);
    const reader = await b.logs.read(name);
    await reader.return();
    const told = drain(await a.logs.read(name));
    b.asked();
    await a.logs.append(name, "a", { close: true });
    expect(await told).toEqual(["a"]);
    expect(b.asked()).toEqual([]);
  });

  it("go on, and miss nothing, when a master is killed and its replica takes over", async () => {
    const [a, b] = [open(), open()];
    const names = Array.from({ length: 12 }, () => randomUUID());
    await Promise.all(names.map((name) => a.logs.create(name, HOUR)));
    const readers = await Promise.all([...names, ...names].map((name, i) => (i % 2 ? a : b).logs.read(name)));
    const all = Promise.all(readers.map(drain));
    await Promise.all(names.map((name) => a.logs.append(name, "before")));
    await cluster.nodes[0]?.kill();
    const write = async (entry: string, close: boolean): Promise<void> => {
      const calls = names.map((name) => persist(() => a.logs.append(name, entry, { key: entry, close })));
      await Promise.all(calls);
    };
    await write("meanwhile", false);
    await write("after", true);
    for (const taken of await all) expect(taken).toEqual(["before", "meanwhile", "after"]);
  }, 120_000);
});
