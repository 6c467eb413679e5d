import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../demo/dist/main.js", import.meta.url));
const SERVE = [
  "serve",
  ...["streamable-http", "sse", "websocket"].flatMap((name) => ["--transport", name]),
  ...["--port", "0", "--sessions"],
];
const PAGE_LINE = /^Try it at (\S+)$/;

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
    const child = spawn(process.execPath, [PROGRAM, ...SERVE], { stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(child, "close");
    for await (const line of createInterface({ input: child.stderr })) {
      const page = PAGE_LINE.exec(line)?.[1];
      if (page !== undefined) return new Demo(page, child, ended);
    }
    throw new Error("The demo did not say where it serves");
  }

  async end(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended;
  }
}
