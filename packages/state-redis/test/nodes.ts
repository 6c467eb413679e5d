import { randomUUID } from "node:crypto";
import { RedisBus, type RedisBusOptions } from "../src/bus/bus.js";
import { ConnectedRedis } from "../src/connection/connected-redis.js";
import type { Redis } from "../src/connection/redis.js";
import { clusterSource, nodeSource, type Source } from "../src/connection/source.js";
import { RedisLogs, type RedisLogsOptions } from "../src/logs/logs.js";
import { LOG_SCRIPTS } from "../src/logs/scripts.js";

const MAX_RECONNECT_DELAY_MS = 200;

export interface NodeOptions extends Partial<RedisLogsOptions>, Partial<RedisBusOptions> {
  readonly commandTimeoutMs?: number;
}

/** A node's logs and bus, and what they asked of Redis. */
export interface TestNode {
  readonly logs: RedisLogs;
  readonly bus: RedisBus;
  readonly redis: Redis;
  /** What was asked since this was last called: names of scripts, `publish` and `subscribe`. */
  asked(): string[];
  close(): Promise<void>;
}

export function openNode(url: string, options: NodeOptions = {}): TestNode {
  return nodeOn(nodeSource({ url }, 0), options);
}

/** Has it subscribe to what it needs for logs, which the first read does, and forgets what it asked for that. */
export async function warmUp(node: TestNode): Promise<void> {
  const name = `warm-up-${randomUUID()}`;
  await node.logs.create(name);
  await (await node.logs.read(name)).return();
  await node.logs.delete(name);
  // Subscriptions come into force in the order in which they were made.
  const stop = await node.bus.subscribe(name, () => undefined);
  await stop();
  node.asked();
}

export function openClusterNode(urls: readonly string[], options: NodeOptions = {}): TestNode {
  const rootNodes = urls.map((url) => ({ url }));
  return nodeOn(clusterSource({ rootNodes }, MAX_RECONNECT_DELAY_MS), options);
}

function nodeOn(source: Source, { commandTimeoutMs = 5000, ...options }: NodeOptions): TestNode {
  const connected = new ConnectedRedis(source, {
    prefix: "test",
    commandTimeoutMs,
    connectTimeoutMs: 5000,
    maxReconnectDelayMs: MAX_RECONNECT_DELAY_MS,
    onOutage: () => undefined,
    scripts: LOG_SCRIPTS,
  });
  const asked: string[] = [];
  const redis = counted(connected, asked);
  const logs = new RedisLogs(redis, { maxReaders: 100_000, ...options });
  const bus = new RedisBus(redis, {
    maxRequests: 10_000,
    maxSubscriptions: 100_000,
    maxMessageBytes: 1_000_000,
    onError: () => undefined,
    ...options,
  });
  return {
    logs,
    bus,
    redis,
    asked: () => asked.splice(0),
    close: async () => {
      bus.close();
      await logs.shutDown();
      await connected.close();
    },
  };
}

function counted(redis: ConnectedRedis, asked: string[]): Redis {
  return {
    get available() {
      return redis.available;
    },
    clustered: redis.clustered,
    run: (script, keys, args) => {
      asked.push(script.name);
      return redis.run(script, keys, args);
    },
    publish: (channel, message) => {
      asked.push("publish");
      return redis.publish(channel, message);
    },
    subscribe: (channel, listener) => {
      asked.push("subscribe");
      return redis.subscribe(channel, listener);
    },
    onBack: (listener) => redis.onBack(listener),
    key: (kind, name) => redis.key(kind, name),
    channel: (kind, name) => redis.channel(kind, name),
    close: () => redis.close(),
  };
}
