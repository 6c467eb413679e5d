import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { onServerCore } from "../cores.js";
import { freePort } from "../http/server.js";
import type { Context } from "../measure.js";

const run = promisify(execFile);

/** What a Redis has done since it was started. */
export interface RedisUsage {
  /** Of the processor, in µs. */
  readonly cpuUs: number;
  /** Scripts that were run. */
  readonly scripts: number;
  /** How often it read from a socket: commands that were sent together are one. */
  readonly reads: number;
  /** In use, in bytes. */
  readonly memory: number;
  /** That are open, without the one that asks. */
  readonly connections: number;
}

/** A Redis that keeps nothing, on a free port, on the servers' core. */
export class RedisProcess {
  readonly url: string;
  readonly #port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.#port = port;
    this.#child = child;
    this.url = `redis://127.0.0.1:${port}`;
  }

  /** @throws Error when redis-server is not installed, or does not serve. */
  static async start({ cores }: Pick<Context, "cores">): Promise<RedisProcess> {
    const port = await freePort();
    const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    const [program = "", ...args] = onServerCore(cores, "redis-server", options);
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    process.once("exit", () => child.kill("SIGKILL"));
    const serves = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line.includes("Ready to accept connections")) resolve();
      });
    });
    const ended = once(child, "close").then(() => {
      throw new Error("redis-server ended: `node scripts/system-packages.js` installs it.");
    });
    // It ends once it is not needed any more.
    ended.catch(() => undefined);
    await Promise.race([serves, ended]);
    return new RedisProcess(port, child);
  }

  /** Runs a command with redis-cli, and gives what that prints. */
  async command(...words: readonly string[]): Promise<string> {
    const { stdout } = await run("redis-cli", ["-p", String(this.#port), ...words], { maxBuffer: 2 ** 26 });
    return stdout.trim();
  }

  async usage(): Promise<RedisUsage> {
    const info = await this.command("INFO", "everything");
    const number = (name: RegExp): number => Number(name.exec(info)?.[1] ?? 0);
    return {
      cpuUs: 1e6 * (number(/used_cpu_user:([\d.]+)/) + number(/used_cpu_sys:([\d.]+)/)),
      scripts: number(/cmdstat_evalsha:calls=(\d+)/),
      reads: number(/total_reads_processed:(\d+)/),
      memory: number(/used_memory:(\d+)/),
      connections: number(/connected_clients:(\d+)/) - 1,
    };
  }

  async close(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
