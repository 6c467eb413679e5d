import { join } from "node:path";
import { targetOf, type Target } from "../http/requests.js";
import { HttpServerProcess } from "../http/server.js";
import type { HttpServers, Mode } from "../implementations.js";
import type { Context } from "../measure.js";
import { paths } from "../paths.js";
import type { RedisProcess } from "./redis.js";
import type { Setup } from "./setups.js";

export const nodeProgram = join(paths.towpath, "cluster/node.mjs");

const http: HttpServers = { add: nodeProgram, modes: {}, warmUpMs: 0 };

let started = 0;

/** The nodes of one server. */
export class Nodes {
  readonly all: readonly HttpServerProcess[];

  private constructor(all: readonly HttpServerProcess[]) {
    this.all = all;
  }

  /** Starts them; on Redis, apart from all servers before. */
  static async start(context: Context, setup: Setup, redis: RedisProcess): Promise<Nodes> {
    const location = setup.state === "redis" ? redis.url : setup.state;
    const prefix = `bench-${++started}`;
    const all: HttpServerProcess[] = [];
    try {
      for (let i = 0; i < setup.nodes; i++) {
        all.push(await HttpServerProcess.start(context, nodeProgram, location, prefix));
      }
      return new Nodes(all);
    } catch (error) {
      await new Nodes(all).close();
      throw error;
    }
  }

  get ports(): readonly number[] {
    return this.all.map(({ port }) => port);
  }

  /** @throws RangeError when there are not so many. */
  node(index: number): HttpServerProcess {
    const node = this.all[index];
    if (node === undefined) throw new RangeError(`There is no node ${index} among ${this.all.length}.`);
    return node;
  }

  target(mode: Mode, index = 0): Target {
    const era = mode === "stateless" ? "stateless" : "handshake";
    // Only how it is called is looked at.
    const implementation = { id: "node", label: "node", eras: [era] } as const;
    return targetOf({ implementation, http, mode, era }, "json", this.node(index).port);
  }

  /** What all of them have used of the processor, in µs. */
  async cpuUs(): Promise<number> {
    const usages = await Promise.all(this.all.map((node) => node.usage()));
    return usages.reduce((sum, { cpuUs }) => sum + cpuUs, 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((node) => node.close()));
  }
}

/** Runs `use` with nodes, and ends them whatever happens. */
export async function withNodes<T>(
  context: Context,
  setup: Setup,
  redis: RedisProcess,
  use: (nodes: Nodes) => Promise<T>,
): Promise<T> {
  const nodes = await Nodes.start(context, setup, redis);
  try {
    return await use(nodes);
  } finally {
    await nodes.close();
  }
}

/** Runs `use` with a Redis, and ends it whatever happens. */
export async function withRedis<T>(start: Promise<RedisProcess>, use: (redis: RedisProcess) => Promise<T>) {
  const redis = await start;
  try {
    return await use(redis);
  } finally {
    await redis.close();
  }
}
