import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "./child.js";
import { freePort } from "./free-port.js";

/** A Redis of the tests' own, which can be killed and comes back with what it had. */
export class Redis {
  readonly url: string;
  readonly #port: number;
  readonly #directory: string;
  #child: Child;

  static async start(): Promise<Redis> {
    const [port, directory] = await Promise.all([freePort(), mkdtemp(join(tmpdir(), "towpath-redis-"))]);
    return new Redis(port, directory, await run(port, directory));
  }

  private constructor(port: number, directory: string, child: Child) {
    this.#port = port;
    this.#directory = directory;
    this.#child = child;
    this.url = `redis://127.0.0.1:${String(port)}`;
  }

  async kill(): Promise<void> {
    await this.#child.kill();
  }

  /** Starts it again after it was killed. */
  async restart(): Promise<void> {
    this.#child = await run(this.#port, this.#directory);
  }

  async stop(): Promise<void> {
    await this.#child.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

async function run(port: number, directory: string): Promise<Child> {
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: directory,
    save: "",
    appendonly: "yes",
    "enable-debug-command": "no",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = new Child("redis-server", [...args, "--daemonize", "no"]);
  await child.says(/Ready to accept connections/);
  return child;
}
