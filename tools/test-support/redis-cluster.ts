import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { closedPort } from "./closed-port.js";
import { startRedis, type RedisServer } from "./redis-server.js";

const run = promisify(execFile);
const READY_MS = 15_000;

export interface RedisCluster {
  /** In the order in which they were started; the first three began as masters. */
  readonly nodes: readonly RedisServer[];
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

/** A real Redis Cluster of three masters, each with so many replicas; it has to be stopped. */
export async function startRedisCluster({ replicas = 0 } = {}): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: 3 * (1 + replicas) }, startNode));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const addresses = nodes.map(({ port }) => `127.0.0.1:${String(port)}`);
    await cli("--cluster", "create", ...addresses, "--cluster-replicas", String(replicas), "--cluster-yes");
    await Promise.all(nodes.map(({ port }) => ready(port, nodes.length)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, urls: nodes.map(({ url }) => url), stop };
}

async function startNode(): Promise<RedisServer> {
  const busPort = String(await closedPort());
  return startRedis({
    args: [
      "--cluster-enabled",
      "yes",
      "--cluster-port",
      busPort,
      "--cluster-node-timeout",
      "1000",
      "--repl-diskless-sync-delay",
      "0",
    ],
  });
}

/** Once this node knows all others and that the cluster serves, and has what its master has, if it has one. */
async function ready(port: number, count: number): Promise<void> {
  const end = Date.now() + READY_MS;
  for (;;) {
    const info = await cli("-p", String(port), "cluster", "info");
    const replication = await cli("-p", String(port), "info", "replication");
    if (
      info.includes("cluster_state:ok") &&
      info.includes(`cluster_known_nodes:${String(count)}`) &&
      /role:master|master_link_status:up/.test(replication)
    )
      return;
    if (Date.now() > end) throw new Error(`The cluster is not ready: ${info}${replication}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function cli(...args: readonly string[]): Promise<string> {
  const { stdout } = await run("redis-cli", [...args]);
  return stdout;
}
