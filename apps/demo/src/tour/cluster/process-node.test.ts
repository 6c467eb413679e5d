import { noRedisServer, skipped, startRedis } from "@towpath/test-support/redis-server.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { runDemo } from "../../served.test-kit.js";

/** It takes the nodes ten seconds or so to be sure that one of them is gone. */
const TIMEOUT_MS = 180_000;

describe.skipIf(skipped(noRedisServer))("the built demo, with a Redis", () => {
  it(
    "takes the tour of three processes that are killed and drained, and finds all as it should be",
    async () => {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      const { code, stdout, stderr } = await runDemo(["tour", "--cluster", "--state", redis.url]);
      expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain("Each a process, all with one Redis");
      expect(stdout).toContain("All 17 checks came out as they should");
    },
    TIMEOUT_MS,
  );
});
