import type { Attempt } from "./keeper.js";
import { openCluster, type ClusterConnection, type ClusterOptions } from "./cluster.js";
import {
  openCommands,
  openSubscriber,
  type CommandConnection,
  type NodeOptions,
  type SubscriberConnection,
} from "./node-client.js";
import type { Script } from "./redis.js";

/** Where Redis is: opens the two kinds of connections. */
export interface Source {
  readonly clustered: boolean;
  /** Number of the database; channels are apart by it as well. */
  readonly database: number;
  openCommands(attempt: Attempt, scripts: readonly Script[]): Promise<CommandConnection>;
  openSubscriber(attempt: Attempt): Promise<SubscriberConnection>;
}

/** One node, always the same. */
export function nodeSource(options: NodeOptions, database: number): Source {
  return {
    clustered: false,
    database,
    openCommands: (attempt, scripts) => openCommands(options, attempt, scripts),
    openSubscriber: (attempt) => openSubscriber(options, attempt),
  };
}

/** One node, which may be another one each time. */
export function masterSource(find: (attempt: Attempt) => Promise<NodeOptions>, database: number): Source {
  return {
    clustered: false,
    database,
    openCommands: async (attempt, scripts) => {
      const connection = await openCommands(await find(attempt), attempt, scripts);
      await checkRole(connection);
      return connection;
    },
    openSubscriber: async (attempt) => openSubscriber(await find(attempt), attempt),
  };
}

// A master that was replaced is a replica when it comes back, and takes no writes.
async function checkRole(connection: CommandConnection): Promise<void> {
  // Not every user of Redis may ask.
  const info = String(await connection.send("", ["INFO", "replication"]).catch(() => ""));
  if (!/^role:slave/m.test(info)) return;
  connection.destroy();
  throw new Error("this Redis is a replica, which takes no writes");
}

export function clusterSource(options: ClusterOptions, maxReconnectDelayMs: number): Source {
  let cluster: ClusterConnection | undefined;
  return {
    clustered: true,
    database: 0,
    openCommands: async (attempt, scripts) => {
      cluster = await openCluster(options, attempt, scripts, maxReconnectDelayMs);
      return cluster;
    },
    // Nodes of a cluster hand messages to each other, so any of them will do.
    openSubscriber: async (attempt) => {
      const known = cluster?.nodes() ?? [];
      const nodes = known.length > 0 ? known : options.rootNodes.map((root) => withDefaults(options, root));
      // There is one at least.
      return openSubscriber(nodes[Math.floor(Math.random() * nodes.length)] ?? {}, attempt);
    },
  };
}

function withDefaults({ defaults }: ClusterOptions, root: NodeOptions): NodeOptions {
  // The type of a socket's options is a union by `tls`, which spreading loses.
  const socket = { ...defaults?.socket, ...root.socket } as NonNullable<NodeOptions["socket"]>;
  return { ...defaults, ...root, socket };
}
