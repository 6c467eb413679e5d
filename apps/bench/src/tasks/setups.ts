import { join } from "node:path";
import type { RedisProcess } from "../cluster/redis.js";
import { alone, inMemory, redis1, redis2, type Setup } from "../cluster/setups.js";
import { targetOf, type Target } from "../http/requests.js";
import { HttpServerProcess } from "../http/server.js";
import type { Era, HttpServers } from "../implementations.js";
import type { Context } from "../measure.js";
import { paths } from "../paths.js";

/** A server with tasks on one node, or on several. */
export interface TaskSetup extends Setup {
  /** `node <program> <port> …`: with `add`, which answers at once, and `wait`, which does when `release` is called. */
  readonly program: string;
  /** The tool that is `add` as a task. */
  readonly startTool: string;
  /** Whether `release` is there. */
  readonly releases: boolean;
}

export interface TaskContender {
  readonly implementation: TaskSetup;
  readonly era: Era;
}

const ours = {
  program: join(paths.towpath, "tasks/server.mjs"),
  startTool: "add",
  releases: true,
} as const;

const byItself: TaskSetup = { ...alone, ...ours };
const withMemory: TaskSetup = { ...inMemory, ...ours };
export const onRedis: TaskSetup = { ...redis1, ...ours };
export const onRedisTwice: TaskSetup = { ...redis2, ...ours };

/** The experimental tasks of 2025-11-25 as the official package has them, with its store in memory. */
const officialV1: TaskSetup = {
  id: "v1",
  label: "official v1",
  eras: ["handshake"],
  nodes: 1,
  state: "memory",
  program: join(paths.peers, "v1/tasks.mjs"),
  startTool: "add_task",
  releases: false,
};

export const taskSetups: readonly TaskSetup[] = [byItself, withMemory, onRedis, officialV1];

/** Each setup in each protocol of tasks it has. */
export const taskContenders: readonly TaskContender[] = taskSetups.flatMap((implementation) =>
  implementation.eras.map((era) => ({ implementation, era })),
);

/** How the setups stand side by side. */
export const taskColumns = { columns: [withMemory, onRedis, onRedisTwice, officialV1], base: byItself.label };

const http: HttpServers = { add: ours.program, modes: {}, warmUpMs: 0 };

let started = 0;

/** Starts its nodes; on Redis, apart from all servers before. */
export async function startNodes(
  context: Context,
  { program, nodes, state }: TaskSetup,
  redis: RedisProcess,
): Promise<readonly HttpServerProcess[]> {
  const location = state === "redis" ? redis.url : state;
  const prefix = `bench-${++started}`;
  const all: HttpServerProcess[] = [];
  try {
    for (let i = 0; i < nodes; i++) {
      all.push(await HttpServerProcess.start(context, program, location, prefix));
    }
    return all;
  } catch (error) {
    await Promise.all(all.map((node) => node.close()));
    throw error;
  }
}

export function taskTarget({ implementation, era }: TaskContender, port: number): Target {
  const mode = era === "stateless" ? "stateless" : "sessions";
  return targetOf({ implementation, http, mode, era }, "json", port);
}
