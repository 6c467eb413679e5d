import { noRedisServer, skipped, startRedis } from "@towpath/test-support/redis-server.js";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ConnectedRedis } from "../src/connection/connected-redis.js";
import { nodeSource } from "../src/connection/source.js";

const PATIENT = { timeout: 30_000 };

describe.skipIf(skipped(noRedisServer))("connections on which nothing happens", () => {
  it("are found to hang, and opened again when they need not", async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const outages: string[] = [];
    const redis = new ConnectedRedis(nodeSource({ url: server.url }, 0), {
      prefix: "test",
      commandTimeoutMs: 500,
      connectTimeoutMs: 1000,
      maxReconnectDelayMs: 50,
      checkMs: 50,
      scripts: [],
      onOutage: ({ message }) => {
        outages.push(message);
        throw new Error("of a listener");
      },
    });
    onTestFinished(() => redis.close());
    const back = vi.fn();
    redis.onBack(back);
    await vi.waitUntil(() => redis.available, PATIENT);
    server.pause();
    onTestFinished(() => server.resume());
    await vi.waitUntil(() => !redis.available, PATIENT);
    await vi.waitUntil(() => outages.length > 0, PATIENT);
    // By now that is known of the connection that listens as well.
    await expect(redis.subscribe("any", () => undefined)).rejects.toThrow();
    server.resume();
    await vi.waitUntil(() => redis.available && back.mock.calls.length > 0, PATIENT);
    expect(outages).toEqual([expect.stringContaining("did not answer within 500 ms (ping)")]);
    expect(await redis.publish(redis.channel("any", ""), "")).toBe(0);
  });

  it("do nothing late that nobody waits for any more", async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    server.pause();
    const redis = new ConnectedRedis(nodeSource({ url: server.url }, 0), {
      prefix: "test",
      commandTimeoutMs: 50,
      connectTimeoutMs: 10_000,
      maxReconnectDelayMs: 50,
      scripts: [],
      onOutage: () => undefined,
    });
    onTestFinished(() => redis.close());
    const heard: string[] = [];
    await expect(redis.subscribe("channel", (message) => heard.push(message))).rejects.toThrow(
      "within 50 ms",
    );
    server.resume();
    await vi.waitUntil(() => redis.available, PATIENT);
    expect(await redis.publish("channel", "message")).toBe(0);
    expect(heard).toEqual([]);
  });
});
