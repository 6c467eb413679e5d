import type { RedisProcess } from "../cluster/redis.js";
import type { HttpServerProcess } from "../http/server.js";
import type { Context } from "../measure.js";
import { startNodes, type TaskSetup } from "./setups.js";

/** What the nodes of a server, and the Redis beside them, have used by now. */
export interface Used {
  /** Of the processor, in µs. */
  readonly cpuUs: number;
  /** Of the processor by Redis, in µs. */
  readonly redisCpuUs: number;
  /** Scripts that Redis ran. */
  readonly scripts: number;
  /** In bytes, in Redis. */
  readonly redisMemory: number;
}

/** What was used from one look to the next. */
export const usedBetween = (before: Used, after: Used): Used => ({
  cpuUs: after.cpuUs - before.cpuUs,
  redisCpuUs: after.redisCpuUs - before.redisCpuUs,
  scripts: after.scripts - before.scripts,
  redisMemory: after.redisMemory - before.redisMemory,
});

/** The nodes of a server with tasks. */
export class TaskServers {
  readonly nodes: readonly HttpServerProcess[];
  readonly #redis: RedisProcess;

  static async start(context: Context, setup: TaskSetup, redis: RedisProcess): Promise<TaskServers> {
    return new TaskServers(await startNodes(context, setup, redis), redis);
  }

  private constructor(nodes: readonly HttpServerProcess[], redis: RedisProcess) {
    this.nodes = nodes;
    this.#redis = redis;
  }

  /** @throws RangeError when there are not so many. */
  node(index = 0): HttpServerProcess {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`There is no node ${index} among ${this.nodes.length}.`);
    return node;
  }

  async used(): Promise<Used> {
    const [usages, redis] = await Promise.all([
      Promise.all(this.nodes.map((node) => node.usage())),
      this.#redis.usage(),
    ]);
    const cpuUs = usages.reduce((sum, usage) => sum + usage.cpuUs, 0);
    return { cpuUs, redisCpuUs: redis.cpuUs, scripts: redis.scripts, redisMemory: redis.memory };
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }
}

/** Runs `use` with the nodes of a server, and ends them whatever happens. */
export async function withTaskServers<T>(
  context: Context,
  setup: TaskSetup,
  redis: RedisProcess,
  use: (servers: TaskServers) => Promise<T>,
): Promise<T> {
  const servers = await TaskServers.start(context, setup, redis);
  try {
    return await use(servers);
  } finally {
    await servers.close();
  }
}
