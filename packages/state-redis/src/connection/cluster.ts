import { createCluster, type RedisClusterOptions } from "@redis/client";
import { backoff } from "./backoff.js";
import { rejection, type Attempt } from "./keeper.js";
import type { CommandConnection, NodeOptions } from "./node-client.js";
import type { Script } from "./redis.js";

/** What a cluster is made of, in the words of node-redis. */
export type ClusterOptions = RedisClusterOptions;

type Cluster = ReturnType<typeof makeCluster>;

export interface ClusterConnection extends CommandConnection {
  /** How to connect to each node that is known. */
  nodes(): NodeOptions[];
}

// How long a node may be away until the others are asked who has its slots now.
const REFRESH_MS = 500;

/** Opens connections to all masters, with the scripts loaded. */
export async function openCluster(
  options: ClusterOptions,
  { signal }: Attempt,
  scripts: readonly Script[],
  maxReconnectDelayMs: number,
): Promise<ClusterConnection> {
  signal.throwIfAborted();
  const cluster = makeCluster(options, maxReconnectDelayMs);
  let last: unknown;
  cluster.on("error", (error: unknown) => (last = error));
  // A master that cannot be reached is tried on without end; so is the whole cluster, which then finds others.
  const unreachable = new Promise<never>((_resolve, reject) => {
    cluster.on("node-error", (error: Error) => reject(error));
  });
  const prepared = cluster.connect().then(() =>
    onMasters(
      cluster,
      scripts.map(({ source }) => ["SCRIPT", "LOAD", source]),
    ),
  );
  try {
    await Promise.race([prepared, unreachable, rejection(signal)]);
  } catch (cause) {
    cluster.destroy();
    // Of a cluster that cannot be found the client says only that much.
    throw last ?? cause;
  }
  const clients = () => cluster.masters.flatMap(({ client }) => client ?? []);
  let finishing: ReturnType<typeof clients> = [];
  return {
    send: (key, args) => cluster.sendCommand(key, false, [...args]),
    // Which node hands a message on is not laid down; one for each channel keeps their order.
    publish: async (channel, message) => {
      const client = await cluster.getNodeClientForKey(channel);
      await client.sendCommand(["PUBLISH", channel, message]);
      return undefined;
    },
    ping: () => onMasters(cluster, [["PING"]]),
    destroy: () => {
      cluster.destroy();
      for (const client of finishing) client.destroy();
    },
    finish: async () => {
      // What was just sent has not reached the client of its node yet.
      await new Promise(setImmediate);
      // A cluster that closes forgets its clients, also those that are never answered.
      finishing = clients();
      await cluster.close();
    },
    nodes: () => clients().map(({ options }) => options),
  };
}

async function onMasters(cluster: Cluster, commands: readonly (readonly string[])[]): Promise<void> {
  await Promise.all(
    cluster.masters.map(async (master) => {
      const client = await cluster.nodeClient(master);
      await Promise.all(commands.map((command) => client.sendCommand(command)));
    }),
  );
}

function makeCluster(options: ClusterOptions, maxReconnectDelayMs: number) {
  const { keyPrefix, clientSideCache, commandOptions, useReplicas, defaults = {}, ...rest } = options;
  const { commandsQueueMaxLength, pingInterval, ...node } = defaults;
  return createCluster({
    ...rest,
    defaults: {
      ...node,
      socket: {
        ...node.socket,
        socketTimeout: 0,
        reconnectStrategy: (retries) => backoff(retries, maxReconnectDelayMs),
      },
      disableOfflineQueue: true,
      maintNotifications: "disabled",
    },
    // A master that cannot be reached would be waited for otherwise, before any other is used.
    minimizeConnections: true,
    topologyRefreshOnReconnectionAttemptStrategy: REFRESH_MS,
    commandOptions: { timeout: 0 },
  });
}
