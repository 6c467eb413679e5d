import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { listeningNames, type ListeningName } from "./listening.js";
import type { ServerEnd, ServerProgram } from "./target.js";

const URL_LINE = /^The notebook is at (\S+)$/;

const PLACE = { host: "127.0.0.1", path: "/mcp" };

/** All that is said of listening, so that the environment has no say in it. */
function listeningAt(port: string): readonly string[] {
  const named = Object.entries({ ...PLACE, port }).flatMap(([name, value]) => [`--${name}`, value]);
  return [...listeningNames.flatMap((name) => ["--transport", name]), ...named, "--sessions"];
}

/** The notebook as it serves over everything that listens, on a free port, in a process of its own. */
export class HttpNotebook {
  readonly #server: ServerProgram;
  readonly #child: ChildProcessByStdio<null, null, Readable>;
  readonly #exited: Promise<unknown>;
  readonly #urls: Promise<readonly URL[]>;

  /**
   * @param stderr takes what the server writes there
   * @param state of a Redis that it shares with others, if it does
   */
  constructor(server: ServerProgram, stderr: (text: string) => void, state?: URL) {
    this.#server = server;
    const { node, program } = server;
    this.#child = spawn(node, [program, "serve", ...listeningAt("0")], {
      // Not on the command line, where others could read its password.
      env: { ...process.env, TOWPATH_STATE: state?.href ?? "" },
      stdio: ["ignore", "ignore", "pipe"],
      windowsHide: true,
    });
    this.#child.stderr.setEncoding("utf8").on("data", stderr);
    this.#exited = once(this.#child, "close");
    this.#urls = urlsSaid(this.#child.stderr);
  }

  /**
   * Where a transport of its is reached.
   * @throws Error when it ends before it listens
   */
  async url(transport: ListeningName): Promise<URL> {
    const url = (await this.#urls)[listeningNames.indexOf(transport)];
    if (url === undefined) throw new Error(`The server does not say where ${transport} is`);
    return url;
  }

  /** What the program prints for clients that are to reach this server, or to start one of their own. */
  async configuration(): Promise<string> {
    const { node, program } = this.#server;
    const { port } = await this.url("streamable-http");
    const args = [program, "config", "--transport", "stdio", ...listeningAt(port)];
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

  /** The same, and settles when its process is gone. */
  async kill(): Promise<void> {
    this.abandon();
    await this.#exited;
  }
}

/** One for each transport, in their order. */
async function urlsSaid(stderr: Readable): Promise<readonly URL[]> {
  const urls: URL[] = [];
  try {
    for await (const line of createInterface({ input: stderr })) {
      const url = URL_LINE.exec(line)?.[1];
      if (url !== undefined) urls.push(new URL(url));
      if (urls.length === listeningNames.length) return urls;
    }
  } finally {
    // Reading lines has paused it.
    stderr.resume();
  }
  throw new Error("The server ended before it listened");
}
