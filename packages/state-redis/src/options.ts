import type { ConnectionOptions } from "node:tls";
import { positive, type LogBounds } from "@towpath/mcp-core/state";
import type { ClusterOptions } from "./connection/cluster.js";
import type { SentinelOptions } from "./connection/sentinel.js";

/** Bounds of one node's share; what would exceed one is refused with `LimitError`. */
export interface RedisStateLimits {
  /** Bytes of one record: JSON, id and index names; default 4 MiB. */
  readonly maxRecordBytes: number;
  /** Bytes of one message on the bus as JSON; default 8 MiB. Redis cuts off nodes that 32 MiB wait for. */
  readonly maxMessageBytes: number;
  /** Open log readers of this node; default 100,000. */
  readonly maxReaders: number;
  /** Subscriptions and services of this node on the bus; default 100,000. */
  readonly maxSubscriptions: number;
  /** Bus requests of this node that wait for their answer; default 10,000. */
  readonly maxRequests: number;
}

export interface RedisStateOptions extends Partial<RedisStateLimits> {
  /** What every key and channel begins with: letters, digits and `. : _ -`. Default: "towpath". */
  readonly prefix?: string | undefined;
  /** Milliseconds within which Redis has to answer a command; default 5,000. */
  readonly commandTimeoutMs?: number | undefined;
  /** Milliseconds for one attempt to connect; default 5,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Longest pause in milliseconds between two attempts to connect; it begins with 50. Default: 2,000. */
  readonly maxReconnectDelayMs?: number | undefined;
  /** How to speak TLS with a `rediss:` URL: `ca`, `cert`, `key`, `servername` and so on. Default: as Node does. */
  readonly tls?: ConnectionOptions | undefined;
  /** Defaults for logs: 10 minutes to live, 10,000 entries, 16 MiB, any age. */
  readonly log?: LogBounds | undefined;
  /**
   * Told once when Redis is away, until it is back; and of an error that a bus listener threw, with its
   * topic. Default: `console.error`.
   */
  readonly onError?: ((error: unknown, topic?: string) => void) | undefined;
}

/** A client of node-redis (`redis` or `@redis/client`): its options are taken over, the client itself is not used. */
export interface NodeRedisClient {
  readonly options: object;
  readonly isReady: boolean;
  duplicate(): unknown;
}

/** A cluster client of node-redis: its options are taken over, the client itself is not used. */
export interface NodeRedisCluster {
  readonly _options: { readonly rootNodes: readonly object[] };
  readonly masters: readonly unknown[];
  duplicate(): unknown;
}

/**
 * A Sentinel client of node-redis: it is asked for the master whenever a connection is opened, so it has to be open.
 * Its database has to be 0; another is given as `{ sentinel: { node: { database } } }`.
 */
export interface NodeRedisSentinel {
  readonly isOpen: boolean;
  getMasterNode(): unknown;
  _execute<T>(
    isReadonly: boolean | undefined,
    work: (client: { readonly options: object }) => Promise<T>,
  ): Promise<T>;
}

/** Where Redis is. */
export type RedisLocation =
  | string
  | { readonly cluster: ClusterOptions }
  | { readonly sentinel: SentinelOptions }
  | NodeRedisClient
  | NodeRedisCluster
  | NodeRedisSentinel;

const LIMITS: RedisStateLimits = {
  maxRecordBytes: 4 * 2 ** 20,
  maxMessageBytes: 8 * 2 ** 20,
  maxReaders: 100_000,
  maxSubscriptions: 100_000,
  maxRequests: 10_000,
};

const TIMES = { commandTimeoutMs: 5000, connectTimeoutMs: 5000, maxReconnectDelayMs: 2000 };

export type Times = typeof TIMES;

export function filledLimits(options: RedisStateOptions): RedisStateLimits {
  return filled(LIMITS, options);
}

/** A timer cannot wait longer than about 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

export function filledTimes(options: RedisStateOptions): Times {
  const times = filled(TIMES, options);
  const capped = Object.entries(times).map(([name, ms]) => [name, Math.min(ms, LONGEST_MS)]);
  // The same names as before.
  return Object.fromEntries(capped) as Times;
}

function filled<T extends object>(defaults: T, given: { readonly [K in keyof T]?: number | undefined }): T {
  const result = { ...defaults };
  for (const name in defaults) {
    const value = given[name];
    if (value !== undefined) Object.assign(result, { [name]: positive(name, value) });
  }
  return result;
}

export function reportError(error: unknown, topic?: string): void {
  // eslint-disable-next-line no-console -- without an onError, it would go unseen
  if (topic === undefined) console.error("The state on Redis:", message(error));
  // eslint-disable-next-line no-console -- as above
  else console.error(`A bus listener of topic ${JSON.stringify(topic)} failed:`, error);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
