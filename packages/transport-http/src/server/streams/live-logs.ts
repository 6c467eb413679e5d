import type { State } from "@towpath/mcp-core";
import type { Clock, Scheduled } from "@towpath/mcp-core/transport";
import { paced } from "../paced.js";

/** Logs that are kept, however long nothing is appended to them: somebody may still write to them. */
export class LiveLogs {
  readonly #logs: State["logs"];
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #names = new Set<string>();
  #next: Scheduled | undefined;

  /** @param ttlMs for how long a log is there without an event or a sign that it is needed */
  constructor(logs: State["logs"], ttlMs: number, clock: Clock) {
    this.#logs = logs;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  keep(name: string): void {
    this.#names.add(name);
    if (this.#next === undefined) this.#schedule();
  }

  release(name: string): void {
    this.#names.delete(name);
  }

  readonly #beat = (): void => {
    void paced([...this.#names], (name) => this.#logs.touch(name, this.#ttlMs));
    this.#next = undefined;
    if (this.#names.size > 0) this.#schedule();
  };

  #schedule(): void {
    this.#next = this.#clock.schedule(this.#ttlMs / 3, this.#beat);
  }
}
