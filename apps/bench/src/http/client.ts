import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Era } from "../implementations.js";
import type { Context } from "../measure.js";
import { paths } from "../paths.js";

const script = join(paths.raw, "http-calls.mjs");
const answerTimeoutMs = 60_000;

/** What a client is told to do: to keep so many calls in flight, for so long. */
export interface Calls {
  readonly inFlight: number;
  /** Before the clock starts, in ms. */
  readonly leadMs: number;
  readonly durationMs: number;
}

/** How fast it was, and how much of the processor each call took, in µs. */
export interface CallsResult {
  readonly perSecond: number;
  readonly cpuUsPerCall: number;
}

/** A client over HTTP in a process of its own. */
export class HttpClientProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<never>;
  #stderr = "";

  private constructor(command: readonly string[]) {
    const [program = "", ...args] = command;
    this.#child = spawn(program, args, {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { ...process.env, NODE_ENV: "production" },
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-2000);
    });
    this.#exited = once(this.#child, "close").then(([code, signal]) => {
      throw new Error(`The client left with ${String(signal ?? code)}. ${this.#stderr}`);
    });
    // Those who wait for an answer are told.
    this.#exited.catch(() => undefined);
  }

  /**
   * Starts a client and connects it to the server at this URL. It shares the core of the driver, which waits.
   *
   * @param module its `connect(url, era)` resolves to what calls `add`
   * @param progress how many progress notifications each call is to have
   * @throws Error when it does not connect, with what it wrote to stderr.
   */
  static async start(
    { node }: Context,
    module: string,
    era: Era,
    url: string,
    progress = 0,
  ): Promise<HttpClientProcess> {
    const { href } = pathToFileURL(module);
    const client = new HttpClientProcess([node, script, href, era, url, String(progress)]);
    try {
      await client.#message();
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** @throws Error when an answer is wrong, or there is none in a minute. */
  async call(calls: Calls): Promise<CallsResult> {
    const answer = this.#message();
    this.#child.send(calls);
    // Sent by our own script.
    return (await answer) as CallsResult;
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited.catch(() => undefined);
  }

  async #message(): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`The client did not answer within ${answerTimeoutMs} ms. ${this.#stderr}`));
      }, answerTimeoutMs);
    });
    try {
      const [message] = await Promise.race([
        // The only argument of the event.
        once(this.#child, "message") as Promise<[unknown]>,
        this.#exited,
        tooLate,
      ]);
      return message;
    } finally {
      clearTimeout(timer);
    }
  }
}
