import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { closedPort } from "./closed-port.js";

const FOLDERS = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/bin"];
const PROGRAM = FOLDERS.map((folder) => join(folder, "redis-server")).find(existsSync);
const ATTEMPTS = 5;

/** Why tests that start a Redis of their own cannot run here, if they cannot. */
export const noRedisServer =
  PROGRAM === undefined
    ? "redis-server is not installed; `node scripts/system-packages.js` installs it"
    : undefined;

/** Why tests that are content with any Redis cannot run here, if they cannot. */
export const noRedis =
  noRedisServer !== undefined && !process.env["REDIS_URL"]
    ? `${noRedisServer}, and REDIS_URL names none`
    : undefined;

/** Says once for a file of tests why they are skipped. Gives whether they are. */
export function skipped(reason: string | undefined): boolean {
  // eslint-disable-next-line no-console -- whoever runs the tests has to see it
  if (reason !== undefined) console.warn(`Skipped: ${reason}.`);
  return reason !== undefined;
}

export interface RedisServer {
  readonly port: number;
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  /** Stops it from doing anything, while its connections stay open. */
  pause(): void;
  resume(): void;
  /** Ends it without warning. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** Further options, as on its command line: `["--requirepass", "secret"]`. */
  readonly args?: readonly string[];
  /** Speaks TLS alone; certificate and key are among the options then. */
  readonly tls?: boolean;
  /** A file that it is configured by, and may write to, as Sentinel does. */
  readonly config?: (port: number) => string;
}

/** The Redis of `REDIS_URL`, or one of its own. */
export async function anyRedis(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const url = process.env["REDIS_URL"];
  return url ? { url, stop: () => Promise.resolve() } : startRedis();
}

/** A real Redis on a free port of this machine, which keeps nothing; it has to be stopped. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  if (PROGRAM === undefined) throw new Error(noRedisServer);
  const directory = await mkdtemp(join(tmpdir(), "towpath-redis-"));
  for (let attempt = 1; ; attempt++) {
    const port = await closedPort();
    const server = new Server(PROGRAM, directory, port, options);
    const said = await server.start();
    if (said === undefined) return server;
    // Somebody else may have taken the port in between.
    if (attempt < ATTEMPTS && said.includes("Address already in use")) continue;
    await server.stop();
    throw new Error(`redis-server: ${said}`);
  }
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

class Server implements RedisServer {
  readonly port: number;
  readonly url: string;
  readonly #program: string;
  readonly #directory: string;
  readonly #options: RedisServerOptions;
  #process: ChildProcess | undefined;
  #gone: Promise<unknown> = Promise.resolve();

  constructor(program: string, directory: string, port: number, options: RedisServerOptions) {
    this.port = port;
    this.url = `redis://127.0.0.1:${String(port)}`;
    this.#program = program;
    this.#directory = directory;
    this.#options = options;
  }

  /** Settles with what it said when it ended, or with nothing when it serves. */
  async start(): Promise<string | undefined> {
    const child = spawn(this.#program, await this.#args(), { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    this.#gone = once(child, "close").catch(() => undefined);
    running.add(child);
    const said: string[] = [];
    const serves = new Promise<undefined>((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        said.push(line);
        if (/Ready to accept connections|Sentinel ID is/.test(line)) resolve(undefined);
      });
    });
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    return Promise.race([serves, this.#gone.then(() => said.slice(-20).join("\n"))]);
  }

  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    child.kill("SIGKILL");
    await this.#gone;
    running.delete(child);
  }

  async restart(): Promise<void> {
    await this.kill();
    const said = await this.start();
    if (said !== undefined) throw new Error(`redis-server: ${said}`);
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #args(): Promise<string[]> {
    const { args = [], config, tls = false } = this.#options;
    const port = String(this.port);
    if (config !== undefined) {
      const file = join(this.#directory, `${port}.conf`);
      await writeFile(file, config(this.port));
      return [file, ...args];
    }
    const nothingKept = ["--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", this.#directory];
    const ports = tls ? ["--tls-port", port, "--port", "0"] : ["--port", port];
    return [...ports, "--bind", "127.0.0.1", ...nothingKept, ...args];
  }
}
