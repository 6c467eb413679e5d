import { randomUUID } from "node:crypto";
import { createClient } from "@redis/client";
import type { JsonValue } from "@towpath/mcp-core";
import { noRedisServer, skipped, startRedis, type RedisServer } from "@towpath/test-support/redis-server.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openNode, type NodeOptions, type TestNode } from "../../test/nodes.js";

const patient = { timeoutMs: 3_600_000 };

describe.skipIf(skipped(noRedisServer))("the bus on Redis", () => {
  let server: RedisServer;
  const nodes: TestNode[] = [];

  beforeAll(async () => {
    server = await startRedis();
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

  async function raw(...command: string[]): Promise<unknown> {
    const client = createClient({ url: server.url });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(command);
    } finally {
      client.destroy();
    }
  }

  const subscribers = async (node: TestNode, kind: string, topic: string): Promise<unknown> =>
    ((await raw("PUBSUB", "NUMSUB", node.redis.channel(kind, topic))) as unknown[])[1];

  it("refuses topics that are not well formed, which would be one and the same to Redis", async () => {
    const { bus } = open();
    const half = "a\ud800";
    const refused = [
      bus.publish(half, 1),
      bus.subscribe(half, () => undefined),
      bus.request(half, 1, patient),
      bus.serve(half, () => 1),
    ];
    for (const each of refused) await expect(each).rejects.toMatchObject({ code: "invalid-argument" });
  });

  it("says at once that nobody serves a topic", async () => {
    await expect(open().bus.request(randomUUID(), 1, patient)).rejects.toMatchObject({ code: "no-answer" });
  });

  it("says at once that all who serve a topic declined, on whichever node", async () => {
    const [a, b] = [open(), open()];
    const topic = randomUUID();
    for (const { bus } of [a, b, b]) await bus.serve(topic, () => undefined);
    await expect(a.bus.request(topic, 1, patient)).rejects.toThrow("declined");
  });

  it("takes two round trips for a request, one of them the answer's, once the first is made", async () => {
    const [a, b] = [open(), open()];
    const topic = randomUUID();
    await b.bus.serve(topic, () => "yes");
    await a.bus.request(topic, 1, patient);
    for (const node of [a, b]) node.asked();
    expect(await a.bus.request(topic, 2, patient)).toBe("yes");
    expect([a.asked(), b.asked()]).toEqual([["publish"], ["publish"]]);
  });

  it("subscribes to Redis once for all listeners of a topic, and no longer than there are any", async () => {
    const node = open();
    const topic = randomUUID();
    const calls: JsonValue[] = [];
    const listen = () => node.bus.subscribe(topic, (message) => void calls.push(message));
    const [first, second] = await Promise.all([listen(), listen()]);
    await first();
    expect(await subscribers(node, "topic", topic)).toBe(1);
    const [, third] = await Promise.all([second(), listen()]);
    await node.bus.publish(topic, 1);
    await expect.poll(() => calls).toEqual([1]);
    await third();
    expect(await subscribers(node, "topic", topic)).toBe(0);
  });

  it("delivers nothing once the end was asked for, without waiting for it", async () => {
    const [a, b] = [open(), open()];
    const topic = randomUUID();
    const [left, stays]: JsonValue[][] = [[], []];
    const stop = await b.bus.subscribe(topic, (message) => void left?.push(message));
    await b.bus.subscribe(topic, (message) => void stays?.push(message));
    const published = a.bus.publish(topic, 1);
    const stopped = stop();
    await Promise.all([published, stopped]);
    await expect.poll(() => stays).toEqual([1]);
    expect(left).toEqual([]);
  });

  it("tells subscribers of a gap once further messages arrive again", async () => {
    const node = open();
    const topic = randomUUID();
    const seen: JsonValue[] = [];
    await new Promise<void>((resolve, reject) => {
      const listener = (message: JsonValue): void => {
        seen.push(message);
        resolve();
      };
      const onGap = (): void => {
        seen.push("gap");
        node.bus.publish(topic, "after").catch(reject);
      };
      node.bus
        .subscribe(topic, listener, { onGap })
        .then(() => raw("CLIENT", "KILL", "TYPE", "pubsub"))
        .catch(reject);
    });
    expect(seen).toEqual(["gap", "after"]);
  });

  it("hands errors of listeners, and answers that could not be sent, to onError", async () => {
    const errors: unknown[] = [];
    const node = open({ onError: (error, topic) => void errors.push([topic, (error as Error).message]) });
    const topic = randomUUID();
    await node.bus.subscribe(topic, () => Promise.reject(new Error("failed")));
    await node.bus.subscribe(topic, () => undefined, {
      onGap: () => {
        throw new Error("failed in a gap");
      },
    });
    await node.bus.publish(topic, 1);
    await expect.poll(() => errors).toEqual([[topic, "failed"]]);
    await raw("CLIENT", "KILL", "TYPE", "pubsub");
    await expect.poll(() => errors).toContainEqual([topic, "failed in a gap"]);
  });

  it("goes on when onError throws, and tells the others of a gap", async () => {
    const thrown: unknown[] = [];
    const onError = (error: unknown): void => {
      thrown.push(error);
      throw new Error("from onError");
    };
    const node = open({ onError });
    const topic = randomUUID();
    const fail = (): void => {
      throw new Error("from a listener");
    };
    await node.bus.subscribe(topic, fail, { onGap: fail });
    await node.bus.publish(topic, 1);
    await expect.poll(() => thrown).toHaveLength(1);
    const told = new Promise<void>((resolve) => {
      void node.bus.subscribe(topic, () => undefined, { onGap: resolve });
    });
    const back = new Promise<void>((resolve) => node.redis.onBack(resolve));
    await raw("CLIENT", "KILL", "TYPE", "pubsub");
    await Promise.all([told, back]);
    expect(thrown).toHaveLength(2);
  });

  it("ignores answers that no node of this package gave", async () => {
    const [a, b] = [open(), open()];
    const topic = randomUUID();
    await b.bus.serve(topic, async (message) => {
      const channels = await raw("PUBSUB", "CHANNELS", a.redis.channel("bus-node", "*"));
      expect(channels).toHaveLength(1);
      for (const channel of channels as string[])
        for (const text of ["", "{}", "[1]", '["1","answered",0]', '[1,"failed",{}]', '[1,"other",0]'])
          await raw("PUBLISH", channel, text);
      return message;
    });
    expect(await a.bus.request(topic, "right", patient)).toBe("right");
  });

  it("serves again after an interruption, also those who ask", async () => {
    const [a, b] = [open(), open()];
    const topic = randomUUID();
    await b.bus.serve(topic, (message) => message);
    expect(await a.bus.request(topic, 1, patient)).toBe(1);
    const backs = [a, b].map(({ redis }) => new Promise<void>((resolve) => redis.onBack(resolve)));
    await raw("CLIENT", "KILL", "TYPE", "pubsub");
    await Promise.all(backs);
    expect(await a.bus.request(topic, 2, patient)).toBe(2);
  });

  it("takes messages of a bounded size only, and says so also for an answer", async () => {
    const [a, b] = [open({ maxMessageBytes: 20 }), open({ maxMessageBytes: 20 })];
    const topic = randomUUID();
    await b.bus.serve(topic, (message) => JSON.stringify(message).repeat(2));
    expect(await a.bus.request(topic, 123_456_789, patient)).toBe("123456789123456789");
    const failed = a.bus.request(topic, 1_234_567_890, patient);
    await expect(failed).rejects.toMatchObject({ code: "handler-failed" });
    await expect(a.bus.publish(topic, "ü".repeat(10))).rejects.toMatchObject({ limit: "maxMessageBytes" });
    await expect(a.bus.request(topic, "x".repeat(19), patient)).rejects.toMatchObject({
      limit: "maxMessageBytes",
    });
  });

  it("carries messages and answers of a million bytes", async () => {
    const [a, b] = [open(), open()];
    const topic = randomUUID();
    const large = "x".repeat(999_998);
    await b.bus.serve(topic, (message) => message);
    expect((await a.bus.request(topic, large, patient)) === large).toBe(true);
  });

  it("refuses more requests and subscriptions than a node may have, and frees the places", async () => {
    const node = open({ maxRequests: 1, maxSubscriptions: 2 });
    const topic = randomUUID();
    const { bus } = node;
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await bus.serve(topic, () => gate.then(() => 1));
    const stop = await bus.subscribe(topic, () => undefined);
    for (const join of [bus.subscribe(topic, () => undefined), bus.serve(topic, () => 1)])
      await expect(join).rejects.toMatchObject({ limit: "maxSubscriptions" });
    const first = bus.request(topic, 1, patient);
    await expect(bus.request(topic, 1, patient)).rejects.toMatchObject({ limit: "maxRequests" });
    release();
    expect(await first).toBe(1);
    expect(await bus.request(topic, 1, patient)).toBe(1);
    await stop();
    await bus.subscribe(topic, () => undefined);
  });

  it("waits as long as it is told to, also for ever", async () => {
    const [a, b] = [open(), open()];
    const topic = randomUUID();
    await b.bus.serve(topic, () => new Promise((resolve) => setTimeout(() => resolve("late"), 50)));
    for (const timeoutMs of [Infinity, 2 ** 40])
      expect(await a.bus.request(topic, 1, { timeoutMs })).toBe("late");
  });

  it("fails soon while Redis is away, and works again afterwards", async () => {
    const own = await startRedis();
    const node = openNode(own.url);
    nodes.push(node);
    try {
      const topic = randomUUID();
      await node.bus.serve(topic, () => 1);
      await node.bus.subscribe(topic, () => undefined);
      await own.kill();
      const away = { code: "unavailable" };
      await expect.poll(() => node.redis.available).toBe(false);
      await expect(node.bus.publish(topic, 1)).rejects.toMatchObject(away);
      await expect(node.bus.request(topic, 1, patient)).rejects.toMatchObject(away);
      for (const name of [topic, randomUUID()])
        await expect(node.bus.subscribe(name, () => undefined)).rejects.toMatchObject(away);
      const back = new Promise<void>((resolve) => node.redis.onBack(resolve));
      await own.restart();
      await back;
      await expect.poll(() => node.redis.available).toBe(true);
      expect(await node.bus.request(topic, 1, patient)).toBe(1);
      await node.bus.subscribe(topic, () => undefined);
    } finally {
      await own.stop();
    }
  });
});
