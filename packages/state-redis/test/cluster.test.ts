import { createCluster } from "@redis/client";
import { startRedisCluster, type RedisCluster } from "@towpath/test-support/redis-cluster.js";
import { noRedisServer, skipped, type RedisServer } from "@towpath/test-support/redis-server.js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { availability, LONG, open, unavailable } from "./support/open.js";

/** So many ids that each master has some. */
const ids = Array.from({ length: 30 }, (_, i) => `id-${String(i)}`);

describe.skipIf(skipped(noRedisServer))("a Redis Cluster with replicas", { timeout: 120_000 }, () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startRedisCluster({ replicas: 1 });
  }, 120_000);
  afterAll(() => cluster.stop());

  const rootNodes = () => cluster.urls.map((url) => ({ url }));
  const location = () => ({ cluster: { rootNodes: rootNodes() } });

  it("is reached as a cluster client of its author is, which stays as it was", async () => {
    const client = createCluster({ rootNodes: rootNodes(), keyPrefix: "of-the-author:" });
    await client.connect();
    onTestFinished(() => client.destroy());
    const { state } = open(client);
    for (const id of ids) await state.records.set(id, id, LONG);
    await state.close();
    expect(client.isReady).toBe(true);
    const { state: other } = open(location());
    for (const id of ids) expect((await other.records.get(id))?.value).toBe(id);
  });

  it("is found while one of its nodes is away", async () => {
    const { state } = open({ cluster: { rootNodes: [{ url: "redis://127.0.0.1:1" }, ...rootNodes()] } });
    expect(await state.records.count("any")).toBe(0);
    // To subscribe, the node that is away may have been tried first.
    await availability(state, true);
  });

  it("says what is wrong where it cannot be found", async () => {
    const { state } = open({ cluster: { rootNodes: [{ url: "redis://127.0.0.1:1" }] } });
    expect((await unavailable(state.records.count("any"))).message).toContain("ECONNREFUSED");
  });

  it("lets none of many nodes exceed a cap, wherever records and index are", async () => {
    const { state } = open(location());
    const { state: peer } = open(location());
    const create = (id: string, i: number) =>
      (i % 2 ? state : peer).records.create(id, 1, {
        ...LONG,
        indexes: ["capped", `of-${id}`],
        atMost: [{ index: "capped", count: 7 }],
      });
    const outcomes = await Promise.all(ids.map((id) => `c-${id}`).map(create));
    const created = outcomes.flatMap((outcome, i) =>
      outcome.outcome === "created" ? [`c-${ids[i] ?? ""}`] : [],
    );
    expect(created).toHaveLength(7);
    expect([...(await state.records.list("capped")).ids].sort()).toEqual(created.sort());
    // What was refused has left the indexes that it had entered.
    for (const id of ids) {
      const count = await peer.records.count(`of-c-${id}`);
      expect(count).toBe(created.includes(`c-${id}`) ? 1 : 0);
    }
  });

  it("leaves a record in its indexes that many try to create", async () => {
    const { state } = open(location());
    const { state: peer } = open(location());
    const options = { ...LONG, indexes: ["once", "twice"], atMost: [{ index: "once", count: 100 }] };
    for (const id of ids.map((each) => `o-${each}`)) {
      const outcomes = await Promise.all(
        [0, 1, 0, 1].map((i) => (i ? state : peer).records.create(id, 1, options)),
      );
      expect(outcomes.filter((each) => each.outcome === "created")).toHaveLength(1);
    }
    expect(await state.records.count("once")).toBe(ids.length);
    expect(await peer.records.count("twice")).toBe(ids.length);
  });

  it("says that a record exists, also where its index is full", async () => {
    const { state } = open(location());
    await state.records.set("there", 1, LONG);
    await state.records.set("fills", 1, { ...LONG, indexes: ["full"] });
    const options = { ...LONG, indexes: ["full", "other"], atMost: [{ index: "full", count: 1 }] };
    expect(await state.records.create("there", 2, options)).toEqual({ outcome: "exists" });
    expect(await state.records.create("new", 2, options)).toEqual({ outcome: "full", index: "full" });
    expect(await state.records.create("fills", 2, options)).toEqual({ outcome: "exists" });
    expect((await state.records.list("full")).ids).toEqual(["fills"]);
    expect(await state.records.count("other")).toBe(0);
  });

  it("looks at caps of indexes that the record does not enter", async () => {
    const { state } = open(location());
    await state.records.set("outside", 1, { ...LONG, indexes: ["outside"] });
    const create = (count: number) =>
      state.records.create("inside", 1, {
        ...LONG,
        indexes: ["inside"],
        atMost: [{ index: "outside", count }],
      });
    expect(await create(1)).toEqual({ outcome: "full", index: "outside" });
    expect(await state.records.count("inside")).toBe(0);
    expect((await create(2)).outcome).toBe("created");
    expect(await state.records.count("inside")).toBe(1);
  });

  it("puts a replica in the place of a master that died, and goes on", async () => {
    const { state } = open(location());
    const { state: peer } = open(location());
    const heard: unknown[] = [];
    await peer.bus.subscribe("topic", (message) => void heard.push(message));
    for (const id of ids) await state.records.set(id, 1, LONG);
    const [first] = cluster.nodes;
    await first?.kill();
    // Some of them were there: those fail, and soon.
    const reads = ids.map((id) => state.records.get(id));
    const lost = (await Promise.allSettled(reads)).filter(({ status }) => status === "rejected");
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(ids.length);
    await availability(state, false);
    await availability(state, true);
    // The nodes do not all know at once that the cluster is whole again.
    const write = (id: string) => state.records.set(id, 2, LONG).then(() => "written", String);
    for (const id of ids) await expect.poll(() => write(id)).toBe("written");
    await availability(peer, true);
    await state.bus.publish("topic", "after");
    await expect.poll(() => heard).toEqual(["after"]);
  });

  it("fails calls in time when a node hangs, and goes on when that does", async () => {
    const { state } = open(location(), { commandTimeoutMs: 1000, connectTimeoutMs: 3000 });
    await state.records.count("any");
    const hung = await masterOf(cluster.nodes);
    hung.pause();
    onTestFinished(() => hung.resume());
    const reads = await Promise.allSettled(ids.map((id) => state.records.get(id)));
    expect(reads.some(({ status }) => status === "rejected")).toBe(true);
    expect(state.available).toBe(false);
    hung.resume();
    await availability(state, true);
    for (const id of ids) await state.records.get(id);
  });
});

/** One that is a master now. */
async function masterOf(nodes: readonly RedisServer[]): Promise<RedisServer> {
  const cluster = createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) });
  cluster.on("error", () => undefined);
  await cluster.connect();
  const ports = cluster.masters.map(({ port }) => port);
  cluster.destroy();
  const found = nodes.find(({ port }) => ports.includes(port));
  if (found === undefined) throw new Error("The cluster has no master.");
  return found;
}
