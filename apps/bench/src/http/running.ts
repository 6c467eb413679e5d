import { withConnections } from "./connection.js";
import { messageOf } from "./events.js";
import { loadFor } from "./load.js";
import type { RequestPool } from "./requests.js";
import type { HttpServerProcess } from "./server.js";

/** A server, and the requests to be sent to it. */
export class Running {
  readonly #server: HttpServerProcess;
  readonly pool: RequestPool;

  constructor(server: HttpServerProcess, pool: RequestPool) {
    this.#server = server;
    this.pool = pool;
  }

  get port(): number {
    return this.#server.port;
  }

  async warmUp(connections: number, durationMs: number): Promise<void> {
    await loadFor(this.port, this.pool, { connections, leadMs: 0, durationMs });
  }

  /** The message that answers the first request. */
  async firstAnswer(): Promise<string> {
    return withConnections(this.port, 1, async ([connection]) => {
      const [request] = this.pool.requests;
      if (connection === undefined || request === undefined) throw new Error("There is nothing to send.");
      return messageOf(await connection.ask(request));
    });
  }

  async close(): Promise<void> {
    await this.#server.close();
  }
}
