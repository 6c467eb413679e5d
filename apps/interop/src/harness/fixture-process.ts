import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { programPath, type Program } from "./programs.js";
import { ServerLog } from "./server-log.js";

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How long a process may take to exit once it should. */
const EXIT_MS = 10_000;

/** A fixture as a process, with its pipes; killed with this process at the latest. */
export class FixtureProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Settles when the process exited and its pipes are empty. */
  readonly exit: Promise<Exit>;
  readonly log = new ServerLog();

  constructor(program: Program, args: readonly string[] = []) {
    this.#child = spawn(process.execPath, [programPath(program), ...args], { stdio: "pipe" });
    const kill = (): void => void this.#child.kill("SIGKILL");
    process.once("exit", kill);
    this.#child.stderr.setEncoding("utf8").on("data", this.log.take);
    // A server that ended does not read what is still sent.
    this.#child.stdin.on("error", () => undefined);
    this.exit = once(this.#child, "close").then(([code, signal]) => {
      process.off("exit", kill);
      // The types of `once` do not know the event's.
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  get stdout(): Readable {
    return this.#child.stdout;
  }

  /** Ends stdin, and waits for the process to exit by itself. */
  end(): Promise<Exit> {
    this.#child.stdin.end();
    return this.#exits("its stdin ended");
  }

  /** Sends SIGTERM, and waits for the process to exit by itself. */
  terminate(): Promise<Exit> {
    this.#child.kill("SIGTERM");
    return this.#exits("it was told to");
  }

  async #exits(when: string): Promise<Exit> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), EXIT_MS);
    const exit = await this.exit;
    clearTimeout(timer);
    if (exit.signal !== "SIGKILL") return exit;
    throw new Error(`The process did not exit when ${when}; stderr: ${this.log.text}`);
  }
}
