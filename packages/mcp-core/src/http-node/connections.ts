import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Socket } from "node:net";

/** As many connections as node:net lets wait to be accepted. */
const BACKLOG = 511;

/** All connections of a server: node:http knows none that were upgraded, or whose TLS handshake is not over. */
export class Connections {
  /** Settles when there are none left, and no more are taken. */
  readonly closed: Promise<void>;
  readonly #server: Server | TlsServer;
  readonly #sockets = new Set<Socket>();
  #accepted = 0;
  #isOver = false;

  constructor(server: Server | TlsServer) {
    this.#server = server;
    this.closed = new Promise((resolve) => server.once("close", resolve));
    const sockets = this.#sockets;
    // One for all of them, as there may be many.
    const forget = function (this: Socket): void {
      sockets.delete(this);
    };
    server.on("connection", (socket: Socket) => {
      this.#accepted++;
      if (this.#isOver) socket.destroy();
      sockets.add(socket);
      socket.once("close", forget);
    });
  }

  /** From now on each has one request more at most. */
  letGo(): void {
    const last = (_request: IncomingMessage, response: ServerResponse): void => {
      response.setHeader("connection", "close");
    };
    this.#server.prependListener("request", last);
    this.#server.prependListener("checkContinue", last);
  }

  /** Takes no further ones, but those that clients have made already. */
  async refuse(): Promise<void> {
    await this.#acceptWaiting();
    this.#server.close();
  }

  /** Ends those that wait for a further request. */
  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  /** Cuts off all there are and will be. */
  destroy(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Those that wait would be reset. node:net takes one in each turn of the event loop. */
  async #acceptWaiting(): Promise<void> {
    for (let turn = 0, quiet = 0; quiet < 2 && turn < BACKLOG; turn++) {
      const before = this.#accepted;
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#accepted === before ? quiet + 1 : 0;
    }
  }
}
