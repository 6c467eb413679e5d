import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { programPath, type Program } from "./programs.js";

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
  #stderr = "";

  constructor(program: Program, args: readonly string[] = []) {
    this.#child = spawn(process.execPath, [programPath(program), ...args], { stdio: "pipe" });
    const kill = (): void => void this.#child.kill("SIGKILL");
    process.once("exit", kill);
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
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

  get stderr(): string {
    return this.#stderr;
  }

  /** Ends stdin, and waits for the process to exit by itself. */
  async end(): Promise<Exit> {
    this.#child.stdin.end();
    let killed = false;
    const timer = setTimeout(() => {
      killed = true;
      this.#child.kill("SIGKILL");
    }, EXIT_MS);
    const exit = await this.exit;
    clearTimeout(timer);
    if (killed) throw new Error(`The process did not exit when its stdin ended; stderr: ${this.#stderr}`);
    return exit;
  }
}

/** Whether a process is there, and has not exited. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isZombie(pid);
  } catch {
    return false;
  }
}

/** An orphan that was killed stays in the table until whoever adopted it takes notice. */
function isZombie(pid: number): boolean {
  if (process.platform !== "linux") return false;
  const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
}
