import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../demo/dist/playground-server.js", import.meta.url));
const URL_LINE = /^The notebook is at (http:\S+)$/;

/** The built demo, in a process of its own, with its playground at the root. */
export class Demo {
  /** Of the page. */
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(url: string, child: ChildProcess, ended: Promise<unknown>) {
    this.url = url;
    this.#child = child;
    this.#ended = ended;
  }

  static async start(): Promise<Demo> {
    const child = spawn(process.execPath, [PROGRAM], { stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(child, "close");
    for await (const line of createInterface({ input: child.stderr })) {
      const endpoint = URL_LINE.exec(line)?.[1];
      if (endpoint !== undefined) return new Demo(new URL("/", endpoint).href, child, ended);
    }
    throw new Error("The demo did not say where it serves");
  }

  async end(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended;
  }
}
