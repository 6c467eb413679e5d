import type { Contender } from "./implementations.js";

/** What a fleet needs to know of a server. */
interface Closable {
  close(): Promise<void>;
}

/** Servers that stay from round to round. */
export class Fleet<C extends Contender, S extends Closable> {
  readonly #servers = new Map<C, S>();
  readonly #start: (contender: C) => Promise<S>;
  readonly #roundsPerServer: (contender: C) => number;

  /**
   * @param start starts a server and makes it ready to be measured.
   * @param roundsPerServer after how many rounds a contender gets a new process: no two are compiled alike.
   */
  constructor(start: (contender: C) => Promise<S>, roundsPerServer: (contender: C) => number) {
    this.#start = start;
    this.#roundsPerServer = roundsPerServer;
  }

  async serverOf(contender: C, round: number): Promise<S> {
    const running = this.#servers.get(contender);
    if (running !== undefined && round % this.#roundsPerServer(contender) !== 0) return running;
    await running?.close();
    this.#servers.delete(contender);
    const server = await this.#start(contender);
    this.#servers.set(contender, server);
    return server;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.close()));
    this.#servers.clear();
  }
}
