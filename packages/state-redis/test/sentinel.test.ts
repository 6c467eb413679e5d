import { createClient, createSentinel } from "@redis/client";
import { noRedisServer, skipped, startRedis, type RedisServer } from "@towpath/test-support/redis-server.js";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { SentinelOptions } from "../src/index.js";
import { availability, LONG, open, unavailable } from "./support/open.js";

const NAME = "shared";
const password = "secret";

/** A master with a replica, and a sentinel that sees to them. */
async function sentinel() {
  const started: RedisServer[] = [];
  onTestFinished(async () => {
    await Promise.all(started.map((server) => server.stop()));
  });
  const start = async (options: Parameters<typeof startRedis>[0]): Promise<RedisServer> => {
    const server = await startRedis(options);
    started.push(server);
    return server;
  };
  const secured = ["--requirepass", password, "--masterauth", password];
  const master = await start({ args: secured });
  const replica = await start({
    args: [...secured, "--replicaof", "127.0.0.1", String(master.port), "--repl-diskless-sync-delay", "0"],
  });
  const watch = await start({
    args: ["--sentinel"],
    config: (port) => `
      port ${String(port)}
      bind 127.0.0.1
      sentinel monitor ${NAME} 127.0.0.1 ${String(master.port)} 1
      sentinel auth-pass ${NAME} ${password}
      sentinel down-after-milliseconds ${NAME} 500
      sentinel failover-timeout ${NAME} 2000
    `,
  });
  const location = (...others: number[]): { sentinel: SentinelOptions } => ({
    sentinel: {
      name: NAME,
      nodes: [...others, watch.port].map((port) => ({ host: "127.0.0.1", port })),
      node: { password },
    },
  });
  return { master, replica, watch, location };
}

describe.skipIf(skipped(noRedisServer))("a Redis that Sentinel sees to", { timeout: 120_000 }, () => {
  it("is found, also where another sentinel is away", async () => {
    const { location, replica } = await sentinel();
    const { state } = open(location(replica.port, 1));
    expect(await state.records.add("a", 1, LONG)).toEqual({ accepted: true, value: 1 });
    expect(state.available).toBe(true);
  });

  it("fails calls clearly where no sentinel knows it", async () => {
    const { location, watch } = await sentinel();
    const { sentinel: options } = location();
    const { state } = open({ sentinel: { ...options, name: "another" } });
    expect((await unavailable(state.records.count("a"))).message).toContain('knows no master "another"');
    await watch.kill();
    const { state: other } = open(location());
    expect((await unavailable(other.records.count("a"))).message).toContain("ECONNREFUSED");
  });

  it("is replaced by its replica when it dies, which is used from then on", async () => {
    const { master, watch, location } = await sentinel();
    const { state } = open(location());
    const { state: peer } = open(location());
    const heard: unknown[] = [];
    await peer.bus.subscribe("topic", (message) => void heard.push(message));
    await state.records.set("kept", 1, LONG);
    await replicated(master, watch);
    await master.kill();
    await availability(state, false);
    await availability(state, true);
    await availability(peer, true);
    expect((await state.records.get("kept"))?.value).toBe(1);
    await state.records.set("kept", 2, LONG);
    await state.bus.publish("topic", "after");
    await expect.poll(() => heard).toEqual(["after"]);
  });

  it("is found through a Sentinel client of the author's, which stays open", async () => {
    const { watch } = await sentinel();
    const client = createSentinel({
      name: NAME,
      sentinelRootNodes: [{ host: "127.0.0.1", port: watch.port }],
      nodeClientOptions: { password },
    });
    client.on("error", () => undefined);
    await client.connect();
    onTestFinished(() => client.destroy());
    const { state } = open(client);
    await state.records.set("a", 1, LONG);
    await state.close();
    expect(client.isReady).toBe(true);
    expect(await client.ping()).toBe("PONG");
  });

  it("is not found through a Sentinel client with a database, whose messages would not be apart", async () => {
    const { watch } = await sentinel();
    const client = createSentinel({
      name: NAME,
      sentinelRootNodes: [{ host: "127.0.0.1", port: watch.port }],
      nodeClientOptions: { password, database: 3 },
    });
    client.on("error", () => undefined);
    await client.connect();
    onTestFinished(() => client.destroy());
    const { state } = open(client);
    expect((await unavailable(state.records.count("a"))).message).toContain("node: { database: 3 }");
  });
});

/** Settles once the replica has what the master has, and the sentinel knows of it. */
async function replicated(master: RedisServer, watch: RedisServer): Promise<void> {
  const client = await createClient({ url: master.url, password }).connect();
  await vi.waitUntil(async () => (await client.wait(1, 100)) === 1, { timeout: 30_000 });
  client.destroy();
  const sentinel = await createClient({ url: watch.url }).connect();
  const replicas = () => sentinel.sendCommand<unknown[]>(["SENTINEL", "REPLICAS", NAME]);
  await vi.waitUntil(async () => (await replicas()).length === 1, { timeout: 30_000 });
  sentinel.destroy();
}
