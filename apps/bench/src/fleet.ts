import type { Contender } from "./implementations.js";

/** What a fleet needs to know of a process. */
interface Closable {
  close(): Promise<void>;
}

/** Servers, or clients, that stay from round to round. */
export class Fleet<C extends Contender, P extends Closable> {
  readonly #processes = new Map<C, P>();
  readonly #start: (contender: C) => Promise<P>;
  readonly #roundsPerProcess: (contender: C) => number;

  /**
   * @param start starts a process and makes it ready to be measured.
   * @param roundsPerProcess after how many rounds a contender gets a new process: no two are compiled alike.
   */
  constructor(start: (contender: C) => Promise<P>, roundsPerProcess: (contender: C) => number) {
    this.#start = start;
    this.#roundsPerProcess = roundsPerProcess;
  }

  async processOf(contender: C, round: number): Promise<P> {
    const running = this.#processes.get(contender);
    if (running !== undefined && round % this.#roundsPerProcess(contender) !== 0) return running;
    await running?.close();
    this.#processes.delete(contender);
    const started = await this.#start(contender);
    this.#processes.set(contender, started);
    return started;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((one) => one.close()));
    this.#processes.clear();
  }
}
