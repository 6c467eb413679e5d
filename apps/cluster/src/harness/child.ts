import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Where packages of Linux distributions put servers, which is not on the path of every user. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin`;

/** Lines that are kept of what a process said. */
const MAX_LINES = 200;

/** A process that serves until it is told to end. */
export class Child {
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  readonly #name: string;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();
  #failure: unknown;
  #over = false;
  /** Settles when it has ended, whichever way. */
  readonly ended: Promise<void>;

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#name = command;
    this.#process = spawn(command, args, {
      env: { ...process.env, PATH, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Some have processes of their own, which nobody else would end.
    const kill = (): void => void this.#process.kill("SIGTERM");
    process.once("exit", kill);
    for (const output of [this.#process.stdout, this.#process.stderr])
      createInterface({ input: output }).on("line", (line) => this.#take(line));
    this.ended = once(this.#process, "close")
      .then(undefined, (error: unknown) => (this.#failure = error))
      .then(() => {
        process.off("exit", kill);
        this.#over = true;
        this.#look();
      });
  }

  /** What it said of late. */
  get said(): string {
    return this.#lines.join("\n");
  }

  get isOver(): boolean {
    return this.#over;
  }

  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  /** Settles with the line once it has said that. @throws Error when it ends without */
  async says(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const line = this.#lines.find((one) => pattern.test(one));
        if (line !== undefined) resolve(line);
        else if (this.#over) reject(this.#unexpected(pattern));
        else return;
        this.#listeners.delete(look);
      };
      this.#listeners.add(look);
      look();
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Lets it end by itself; one that takes longer than `timeoutMs` is killed. */
  async end(timeoutMs = 15_000): Promise<void> {
    const timer = setTimeout(() => this.signal("SIGKILL"), timeoutMs);
    this.signal("SIGTERM");
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it without its taking part. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended;
  }

  #unexpected(pattern: RegExp): Error {
    const why = `${this.#name} ended before it said ${String(pattern)}:\n${this.said}`;
    return new Error(this.#failure === undefined ? why : `${this.#name} cannot be run`, {
      cause: this.#failure,
    });
  }

  #take(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
    this.#look();
  }

  #look(): void {
    for (const look of [...this.#listeners]) look();
  }
}
