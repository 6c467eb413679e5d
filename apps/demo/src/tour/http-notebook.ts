import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import type { ServerEnd, ServerProgram } from "./target.js";

const URL_LINE = /^The notebook is at (http:\S+)$/;

/** All that is said of listening, so that the environment has no say in it. */
const listening = (port: string): readonly string[] => [
  ...[
    "--transport",
    "streamable-http",
    "--host",
    "127.0.0.1",
    "--port",
    port,
    "--path",
    "/mcp",
    "--sessions",
  ],
];

/** The notebook as it serves over HTTP, on a free port, in a process of its own. */
export class HttpNotebook {
  /** Of its endpoint. Rejects when it ends before it listens. */
  readonly url: Promise<URL>;
  readonly #server: ServerProgram;
  readonly #child: ChildProcessByStdio<null, null, Readable>;
  readonly #exited: Promise<unknown>;

  /** @param stderr takes what the server writes there */
  constructor(server: ServerProgram, stderr: (text: string) => void) {
    this.#server = server;
    const { node, program } = server;
    this.#child = spawn(node, [program, "serve", ...listening("0")], {
      stdio: ["ignore", "ignore", "pipe"],
      windowsHide: true,
    });
    this.#child.stderr.setEncoding("utf8").on("data", stderr);
    this.#exited = once(this.#child, "close");
    this.url = urlSaid(this.#child.stderr);
  }

  /** What the program prints for clients that are to reach this server, or to start one of their own. */
  async configuration(): Promise<string> {
    const { node, program } = this.#server;
    const { port } = await this.url;
    const args = [program, "config", "--transport", "stdio", ...listening(port)];
    return (await promisify(execFile)(node, args)).stdout;
  }

  /** Has it drain, and settles when its process has exited. */
  async end(): Promise<Omit<ServerEnd, "unread">> {
    this.#child.kill("SIGTERM");
    await this.#exited;
    const { exitCode, signalCode } = this.#child;
    return { by: "SIGTERM", exitCode, signal: signalCode };
  }

  /** Ends it at once, if it is still there. */
  abandon(): void {
    this.#child.kill("SIGKILL");
  }
}

async function urlSaid(stderr: Readable): Promise<URL> {
  try {
    for await (const line of createInterface({ input: stderr })) {
      const url = URL_LINE.exec(line)?.[1];
      if (url !== undefined) return new URL(url);
    }
  } finally {
    // Reading lines has paused it.
    stderr.resume();
  }
  throw new Error("The server ended before it listened");
}
