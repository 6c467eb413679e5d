import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { completeLines, countNewlines } from "./lines.js";
import { discover, initialize, initialized } from "./requests.js";

/** How long a server may take over one answer. */
const answerTimeoutMs = 120_000;
const exitTimeoutMs = 3_000;

/** What stands before the first tool call: the handshake, `server/discover`, or nothing. */
export type Opening = "initialize" | "discover" | "none";

/** A server in a process of its own, spoken to in bytes: no SDK is on this side. */
export class ServerProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #stderr = "";
  #receive: (chunk: Buffer) => void = (chunk) => {
    this.#fail(new Error(`The server wrote before it was asked: ${chunk.toString().slice(0, 200)}`));
  };
  #reject: ((reason: Error) => void) | undefined;
  #failure: Error | undefined;

  /** @param command the program and its arguments. */
  constructor(command: readonly string[]) {
    const [program = "", ...args] = command;
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdout.on("data", (chunk: Buffer) => {
      this.#receive(chunk);
    });
    this.#child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-2000);
    });
    // A pipe breaks because the server left, and "close" comes with the reason.
    this.#child.stdin.on("error", () => {});
    this.#child.on("error", (error) => {
      this.#fail(error);
    });
    this.#child.on("close", (code, signal) => {
      this.#fail(new Error(`The server left with ${signal ?? `exit code ${code ?? "?"}`}. ${this.#stderr}`));
    });
  }

  /** @throws Error when the server could not be started. */
  get pid(): number {
    if (this.#child.pid === undefined) throw this.#failure ?? new Error("The server did not start.");
    return this.#child.pid;
  }

  write(bytes: Buffer): void {
    this.#child.stdin.write(bytes);
  }

  /**
   * Hands every chunk to `receive` until `done` is called.
   *
   * @throws Error when the server leaves before, or is silent for two minutes.
   */
  async receive(start: (done: () => void) => (chunk: Buffer) => void): Promise<void> {
    if (this.#failure) throw this.#failure;
    let timer: NodeJS.Timeout | undefined;
    const previous = this.#receive;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#reject = reject;
        timer = setTimeout(() => {
          reject(new Error(`The server did not answer within ${answerTimeoutMs} ms. ${this.#stderr}`));
        }, answerTimeoutMs);
        this.#receive = start(resolve);
      });
    } finally {
      clearTimeout(timer);
      this.#reject = undefined;
      this.#receive = previous;
    }
  }

  /** Sends one request and resolves to the line that answers it. */
  async ask(request: Buffer): Promise<string> {
    const chunks: Buffer[] = [];
    await this.receive((done) => {
      this.write(request);
      return (chunk) => {
        chunks.push(chunk);
        if (countNewlines(chunk) > 0) done();
      };
    });
    const [line, ...others] = completeLines(chunks);
    if (line === undefined || others.length > 0) {
      throw new Error(`Expected one answer, got ${Buffer.concat(chunks).toString().slice(0, 200)}`);
    }
    return line;
  }

  /** Does what comes before the first tool call. */
  async open(opening: Opening): Promise<void> {
    if (opening === "none") return;
    const line = await this.ask(opening === "initialize" ? initialize : discover);
    if (!line.includes('"result"')) throw new Error(`${opening} was answered ${line.slice(0, 200)}`);
    if (opening === "initialize") this.write(initialized);
  }

  /** Ends the server's input, and the server if it does not leave by itself. */
  async close(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), exitTimeoutMs);
    await exited;
    clearTimeout(timer);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#reject?.(this.#failure);
  }
}

/** Runs `use` with a server, and ends the server whatever happens. */
export async function withServer<T>(
  command: readonly string[],
  use: (server: ServerProcess) => Promise<T>,
): Promise<T> {
  const server = new ServerProcess(command);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}
