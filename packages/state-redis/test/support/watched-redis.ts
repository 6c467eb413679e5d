import { createClient } from "@redis/client";
import { LOG_SCRIPTS } from "../../src/logs/scripts.js";
import { RECORD_SCRIPTS } from "../../src/records/scripts.js";

const SCRIPTS = new Map([...RECORD_SCRIPTS, ...LOG_SCRIPTS].map(({ sha, name }) => [sha, name]));

/** What `MONITOR` writes for a command; those that scripts run say `lua` in place of an address. */
const LINE = /^\d+\.\d+ \[\d+ ([^\]]+)\] (.*)$/;
const ARGUMENT = /"((?:[^"\\]|\\.)*)"/g;

/** Sees what is asked of a Redis, by whichever connection. */
export class WatchedRedis {
  readonly #monitor: ReturnType<typeof createClient>;
  readonly #marker: ReturnType<typeof createClient>;
  readonly #seen: string[][] = [];
  #reached: (mark: string) => void = () => undefined;
  #marks = 0;

  static async of(url: string): Promise<WatchedRedis> {
    const watched = new WatchedRedis(url);
    await Promise.all([watched.#monitor.connect(), watched.#marker.connect()]);
    await watched.#monitor.monitor((line) => watched.#take(line));
    return watched;
  }

  private constructor(url: string) {
    this.#monitor = createClient({ url });
    this.#marker = createClient({ url });
  }

  /**
   * What was asked since this was last called, in order: scripts by name, other commands as they are; with `about`, only
   * where a key or channel has that in its name.
   */
  async asked(about = ""): Promise<string[]> {
    const mark = `mark-${String(++this.#marks)}`;
    const reached = new Promise<void>((resolve) => {
      this.#reached = (seen) => seen === mark && resolve();
    });
    await this.#marker.echo(mark);
    await reached;
    return this.#seen
      .splice(0)
      .filter((words) => words.some((word) => word.includes(about)))
      .map(([command = "", first = ""]) => SCRIPTS.get(first) ?? command.toLowerCase());
  }

  close(): void {
    this.#monitor.destroy();
    this.#marker.destroy();
  }

  #take(line: string): void {
    const [, from = "lua", rest = ""] = LINE.exec(line) ?? [];
    const words = [...rest.matchAll(ARGUMENT)].map(([, word = ""]) => word);
    if (words[0]?.toUpperCase() === "ECHO") this.#reached(words[1] ?? "");
    else if (from !== "lua") this.#seen.push(words);
  }
}
