import { expect } from "vitest";
import { isRunning } from "./is-running.js";

/** What the processes of a server write to stderr; each begins with its process id. */
export class ServerLog {
  #text = "";
  #changed: () => void = () => undefined;

  readonly take = (text: string): void => {
    this.#text += text;
    this.#changed();
  };

  get text(): string {
    return this.#text;
  }

  /** The processes that were started, in order. */
  get pids(): readonly number[] {
    return [...this.#text.matchAll(/^pid (\d+)$/gm)].map(([, pid]) => Number(pid));
  }

  /** Settles when that line was written, so many times. */
  async line(line: string, times = 1): Promise<void> {
    while (this.#text.split("\n").filter((written) => written === line).length < times) {
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }

  /** What follows the first line that begins so, once it was written. */
  async after(beginning: string): Promise<string> {
    for (;;) {
      const line = this.#text
        .split("\n")
        .slice(0, -1)
        .find((written) => written.startsWith(beginning));
      if (line !== undefined) return line.slice(beginning.length);
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }

  /** Fails unless as many processes as that were started, and all of them have exited. */
  expectGone(started: number): void {
    expect(this.pids).toHaveLength(started);
    expect(this.pids.filter(isRunning)).toEqual([]);
  }
}
