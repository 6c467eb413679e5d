import { stateContract } from "@towpath/mcp-core/testing";
import { anyRedis, noRedis, skipped } from "@towpath/test-support/redis-server.js";
import { afterAll, beforeAll, describe, it } from "vitest";
import { redisState } from "../src/index.js";
import { connected, CONTRACT } from "./support/contract.js";

describe.skipIf(skipped(noRedis))("a state on one Redis", () => {
  let redis: Awaited<ReturnType<typeof anyRedis>>;

  beforeAll(async () => {
    redis = await anyRedis();
  });
  afterAll(() => redis.stop());

  const nodes = () => connected(redisState(redis.url), redisState(redis.url));
  for (const { name, run } of stateContract(nodes, CONTRACT)) it.concurrent(name, run);
});
