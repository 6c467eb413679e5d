import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { onServerCore } from "../cores.js";
import type { Answers, HttpContender } from "../implementations.js";
import type { Context } from "../measure.js";
import { paths } from "../paths.js";

const startTimeoutMs = 30_000;
const pollMs = 20;
const probe = pathToFileURL(join(paths.raw, "probe.mjs")).href;

/** A port that nobody listens on: not every implementation tells which one it took. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("A server on TCP has no port.");
  return address.port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** What a server has in use once what it does not need any more was collected, in bytes. */
export interface MemoryInUse {
  readonly heapUsed: number;
  readonly rss: number;
}

/** What a server has used since it was started. */
export interface Usage {
  /** Of the processor, in µs. */
  readonly cpuUs: number;
  /** The most memory it ever had, in bytes. */
  readonly maxRss: number;
}

/** A server over HTTP in a process of its own. */
export class HttpServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  #stderr = "";
  #failure: Error | undefined;

  private constructor(command: readonly string[], port: number) {
    const [program = "", ...args] = command;
    this.port = port;
    this.#child = spawn(program, args, {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { ...process.env, NODE_ENV: "production" },
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-2000);
    });
    this.#child.on("error", (error) => {
      this.#failure ??= error;
    });
    this.#child.on("close", (code, signal) => {
      this.#failure ??= new Error(
        `The server left with ${signal ?? `exit code ${code ?? "?"}`}. ${this.#stderr}`,
      );
    });
  }

  /**
   * Starts a program, whose first argument is the port.
   *
   * @throws Error when it does not listen in time, with what it wrote to stderr.
   */
  static async start(
    { node, cores }: Context,
    program: string,
    ...args: string[]
  ): Promise<HttpServerProcess> {
    const port = await freePort();
    const command = ["--expose-gc", "--import", probe, program, String(port), ...args];
    const server = new HttpServerProcess(onServerCore(cores, node, command), port);
    try {
      await server.#listening();
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Collects garbage and tells what is left. */
  async memory(): Promise<MemoryInUse> {
    const answered = once(this.#child, "message");
    this.#child.send("memory");
    // Sent by our own probe.
    const [usage] = (await answered) as [MemoryInUse];
    return usage;
  }

  async usage(): Promise<Usage> {
    const answered = once(this.#child, "message");
    this.#child.send("usage");
    // Sent by our own probe.
    const [usage] = (await answered) as [Usage];
    return usage;
  }

  async close(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  async #listening(): Promise<void> {
    const deadline = performance.now() + startTimeoutMs;
    while (!(await accepts(this.port))) {
      if (this.#failure) throw this.#failure;
      if (performance.now() > deadline) throw new Error(`The server does not listen. ${this.#stderr}`);
      await delay(pollMs);
    }
  }
}

/** Starts the server of a contender that answers like this. */
export async function startHttpServer(
  context: Context,
  { http, mode }: HttpContender,
  answers: Answers,
  ...more: string[]
): Promise<HttpServerProcess> {
  const sessions = mode === "sessions" ? "sessions" : "sessionless";
  return HttpServerProcess.start(context, http.add, answers, sessions, ...more);
}
