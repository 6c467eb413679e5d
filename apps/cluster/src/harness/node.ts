import { fileURLToPath } from "node:url";
import { Child } from "./child.js";

/** What runs as a node. */
export interface Program {
  readonly args: (port: number, redis: string) => readonly string[];
  /** What it says once it serves. */
  readonly serves: RegExp;
}

const demoFile = fileURLToPath(new URL("../../../demo/dist/main.js", import.meta.url));
const nodeFile = fileURLToPath(new URL("../../dist/node/main.js", import.meta.url));

/** The demo, as its users start it. */
export const demo: Program = {
  args: (port, redis) => [
    demoFile,
    "serve",
    ...["streamable-http", "sse", "websocket"].flatMap((name) => ["--transport", name]),
    ...["--port", String(port), "--state", redis],
  ],
  serves: /^Try it at /,
};

/** A server whose tools keep count of their runs. @param options as `node/main.ts` reads them */
export function counting(options: Readonly<Record<string, number>> = {}): Program {
  return {
    args: (port, redis) => [nodeFile, JSON.stringify({ port, redis, ...options })],
    serves: /^Serves /,
  };
}

/** One node of a server, at an address that it keeps when it is started anew. */
export class ServerNode {
  readonly port: number;
  /** Host and port. */
  readonly address: string;
  readonly url: string;
  readonly #program: Program;
  readonly #redis: string;
  #child: Child | undefined;
  #name = "";

  constructor(program: Program, port: number, redis: string) {
    this.port = port;
    this.address = `127.0.0.1:${String(port)}`;
    this.url = `http://${this.address}`;
    this.#program = program;
    this.#redis = redis;
  }

  /** What it said of late, for whoever wonders why a test failed. */
  get said(): string {
    return this.#child?.said ?? "";
  }

  /** What it calls itself, if it does: another name each time it is started. */
  get name(): string {
    return this.#name;
  }

  get exitCode(): number | null {
    return this.#child?.exitCode ?? null;
  }

  async start(): Promise<void> {
    this.#child = new Child(process.execPath, this.#program.args(this.port, this.#redis));
    const line = await this.#child.says(this.#program.serves);
    this.#name = line.replace(this.#program.serves, "");
  }

  /** Tells it to drain. Settles when it has. */
  async drain(): Promise<void> {
    await this.#child?.end();
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    await this.#child?.kill();
  }
}
