import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createClient } from "@redis/client";
import type { LogReader } from "@towpath/mcp-core";
import { noRedisServer, skipped, startRedis, type RedisServer } from "@towpath/test-support/redis-server.js";
import { afterEach, describe, expect, it } from "vitest";
import { openNode, type NodeOptions, type TestNode } from "../../test/nodes.js";
import { PAGE, RedisReader } from "./reader.js";

const HOUR = { ttlMs: 3_600_000 };

async function take(reader: LogReader, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) taken.push((await reader.next()).value?.data ?? "nothing");
  return taken;
}

/** Calls until it succeeds. */
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

describe.skipIf(skipped(noRedisServer))("followers of logs on Redis", { concurrent: true }, () => {
  const cleanups: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
});
