import { RedisClient } from "@redis/client";
import { clusterSource, masterSource, nodeSource, type Source } from "./connection/source.js";
import type { ClusterOptions } from "./connection/cluster.js";
import type { NodeOptions } from "./connection/node-client.js";
import { findMaster } from "./connection/sentinel.js";
import type { NodeRedisSentinel, RedisLocation, RedisStateOptions, Times } from "./options.js";

const EXAMPLE = "redis://localhost:6379";

/** Finds out what was given. Throws a `TypeError`, which never says what a URL holds. */
export function sourceOf(
  location: RedisLocation | undefined,
  { tls }: RedisStateOptions,
  times: Times,
): Source {
  if (!location)
    throw new TypeError(
      `redisState needs to know where Redis is: a URL such as ${EXAMPLE}. Is the environment variable set?`,
    );
  if (typeof location === "string") {
    const options = optionsOf(location, tls);
    return nodeSource(options, options.database ?? 0);
  }
  if (tls !== undefined)
    throw new TypeError(
      "tls goes with a rediss: URL; otherwise say it where the nodes' socket is configured.",
    );
  if ("cluster" in location) return clusterOf(location.cluster, times);
  if ("sentinel" in location) {
    const { sentinel } = location;
    if (sentinel.nodes.length === 0) throw new TypeError("sentinel.nodes has to name at least one sentinel.");
    return masterSource((attempt) => findMaster(sentinel, attempt), sentinel.node?.database ?? 0);
  }
  // What node-redis made has the options that node-redis took.
  if ("_options" in location) return clusterOf(location._options as ClusterOptions, times);
  if ("_execute" in location) return sentinelSource(location);
  if (!("options" in location))
    throw new TypeError("redisState takes a URL, { cluster }, { sentinel }, or a client of node-redis.");
  const options = location.options as NodeOptions;
  return nodeSource(options, options.database ?? 0);
}

function clusterOf(cluster: ClusterOptions, { maxReconnectDelayMs }: Times): Source {
  if (cluster.rootNodes.length === 0) throw new TypeError("cluster.rootNodes has to name at least one node.");
  for (const { url } of cluster.rootNodes) if (url !== undefined) parse(url);
  return clusterSource(cluster, maxReconnectDelayMs);
}

function optionsOf(url: string, tls: object | undefined): NodeOptions {
  const parsed = parse(url);
  if (tls !== undefined && !parsed.socket.tls)
    throw new TypeError("tls goes with a rediss: URL; this one speaks plain text.");
  // Of what is parsed there, the type says less than what `createClient` takes.
  return { ...parsed, socket: { ...parsed.socket, ...tls } } as NodeOptions;
}

function parse(url: string): ReturnType<typeof RedisClient.parseURL> {
  try {
    return RedisClient.parseURL(url);
  } catch {
    // What was thrown there shows the URL, and with it the password.
    throw new TypeError(
      `The URL of Redis cannot be read. It has to look like ${EXAMPLE} or rediss://user:password@host:port/0.`,
    );
  }
}

// Channels are named by the database, which a Sentinel client tells only once it has found the master.
function refusedDatabase(database: number): string {
  return `a Sentinel client with database ${String(database)} cannot be taken over: give redisState { sentinel: { name, nodes, node: { database: ${String(database)} } } } instead`;
}

function sentinelSource(sentinel: NodeRedisSentinel): Source {
  return masterSource(async () => {
    if (!sentinel.isOpen) throw new Error("the Sentinel client is not connected: await sentinel.connect()");
    // A client of node-redis has the options that node-redis took.
    const options = await sentinel._execute(false, async (client) => client.options as NodeOptions);
    const { database = 0 } = options;
    if (database !== 0) throw new Error(refusedDatabase(database));
    return options;
  }, 0);
}
