import { createClient } from "@redis/client";
import { noRedisServer, skipped, startRedis, type RedisServer } from "@towpath/test-support/redis-server.js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openNode } from "../../test/nodes.js";
import { open } from "../../test/support/open.js";
import { Indexes } from "./indexes.js";

const FOREVER = { ttlMs: Infinity };

describe.skipIf(skipped(noRedisServer))("the keys of an index on Redis", () => {
  let server: RedisServer;
  let client: ReturnType<typeof createClient>;

  beforeAll(async () => {
    server = await startRedis();
    client = createClient({ url: server.url });
    client.on("error", () => undefined);
    await client.connect();
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  /** Milliseconds that are left for the two keys of an index, -1 being for ever and -2 that there is none. */
  const left = async (index: string): Promise<number[]> => {
    const ask = async (kind: string): Promise<number> => {
      const [key = ""] = await client.keys(`*:${kind}:{.${index}}`);
      return client.pTTL(key);
    };
    return [await ask("index"), await ask("expiry")];
  };

  it("get a time to live when the last of its records that had none gets one", async () => {
    const { state } = open(server.url);
    for (const id of ["touched", "read"])
      await state.records.set(id, 1, { ...FOREVER, indexes: ["outlived"] });
    await state.records.touch("touched", 60_000);
    expect(await left("outlived")).toEqual([-1, -1]);
    await state.records.get("read", { ttlMs: 60_000 });
    for (const ms of await left("outlived")) expect(ms).toBeGreaterThan(0);
  });

  it("are not kept for a record that has left, when it is extended late", async () => {
    const node = openNode(server.url);
    onTestFinished(() => node.close());
    const indexes = new Indexes(node.redis);
    const place = indexes.place("late");
    for (const id of ["leaves", "stays"]) await indexes.enter(id, "60000", place);
    await indexes.leave("leaves", place);
    await indexes.extend("leaves", "inf", place);
    for (const ms of await left("late")) expect(ms).toBeGreaterThan(0);
    await indexes.leave("stays", place);
    await indexes.extend("stays", "inf", place);
    expect(await left("late")).toEqual([-2, -2]);
  });
});
