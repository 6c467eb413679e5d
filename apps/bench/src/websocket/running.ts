import type { HttpServerProcess } from "../http/server.js";
import type { WebSocketConnection } from "./connection.js";

/** A server over WebSocket, and a connection to it. */
export class RunningWebSocket {
  readonly connection: WebSocketConnection;
  readonly #server: HttpServerProcess;

  constructor(server: HttpServerProcess, connection: WebSocketConnection) {
    this.#server = server;
    this.connection = connection;
  }

  async close(): Promise<void> {
    this.connection.close();
    await this.#server.close();
  }
}
