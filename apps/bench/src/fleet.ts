import type { Contender } from "./implementations.js";
import type { ServerProcess } from "./server-process.js";

/** Servers that stay from round to round. */
export class Fleet {
  readonly #servers = new Map<Contender, ServerProcess>();
  readonly #start: (contender: Contender) => Promise<ServerProcess>;
  readonly #roundsPerServer: number;

  /**
   * @param start starts a server and makes it ready to be measured.
   * @param roundsPerServer after how many rounds a contender gets a new process: no two are compiled alike.
   */
  constructor(start: (contender: Contender) => Promise<ServerProcess>, roundsPerServer: number) {
    this.#start = start;
    this.#roundsPerServer = roundsPerServer;
  }

  async serverOf(contender: Contender, round: number): Promise<ServerProcess> {
    const running = this.#servers.get(contender);
    if (running !== undefined && round % this.#roundsPerServer !== 0) return running;
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
