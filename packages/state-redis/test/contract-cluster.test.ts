import { stateContract } from "@towpath/mcp-core/testing";
import { startRedisCluster, type RedisCluster } from "@towpath/test-support/redis-cluster.js";
import { noRedisServer, skipped } from "@towpath/test-support/redis-server.js";
import { afterAll, beforeAll, describe, it } from "vitest";
import { redisState } from "../src/index.js";
import { connected, CONTRACT } from "./support/contract.js";

describe.skipIf(skipped(noRedisServer))("a state on Redis Cluster", () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startRedisCluster();
  }, 120_000);
  afterAll(() => cluster.stop());

  const node = () => redisState({ cluster: { rootNodes: cluster.urls.map((url) => ({ url })) } });
  const nodes = () => connected(node(), node());
  for (const { name, run } of stateContract(nodes, CONTRACT)) it.concurrent(name, run);
});
