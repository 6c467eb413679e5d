import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onServerCore } from "../cores.js";
import type { Context } from "../measure.js";
import { paths } from "../paths.js";
import type { RedisProcess, RedisUsage } from "./redis.js";

const script = join(paths.towpath, "cluster/million.mjs");

/** What sessions do to Redis. */
export type Work = "create" | "renew" | "read" | "openLog" | "append";

/** A process that does to Redis what so many sessions would. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #redis: RedisProcess;

  static async start({ cores, node }: Context, redis: RedisProcess): Promise<Worker> {
    const [program = "", ...args] = onServerCore(cores, node, [script, redis.url]);
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    await heard(child);
    return new Worker(child, redis);
  }

  private constructor(child: ChildProcess, redis: RedisProcess) {
    this.#child = child;
    this.#redis = redis;
  }

  /** Gives what Redis spent on each time, and what it holds more of. */
  async do(what: Work, times: number): Promise<Pick<RedisUsage, "cpuUs" | "memory">> {
    const before = await this.#redis.usage();
    const done = heard(this.#child);
    this.#child.send({ what, times });
    await done;
    const after = await this.#redis.usage();
    return {
      cpuUs: (after.cpuUs - before.cpuUs) / times,
      memory: (after.memory - before.memory) / times,
    };
  }

  async close(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}

async function heard(child: ChildProcess): Promise<void> {
  const left = once(child, "exit").then(() => {
    throw new Error("The process that does the work of sessions left.");
  });
  // Once it was heard, it may leave.
  left.catch(() => undefined);
  await Promise.race([once(child, "message"), left]);
}
