import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Socket } from "node:net";

/** As many connections as node:net lets wait to be accepted. */
const BACKLOG = 511;

/** A turn of the event loop in which hardly another connection was made, in ms. */
const SHORT_MS = 0.2;

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

  /**
   * Those that wait when the server closes are reset. node:net takes one in each turn of the event loop, so there are
   * none after a turn that took none and was short.
   */
  async #acceptWaiting(): Promise<void> {
    let isDone = false;
    for (let turn = 0; turn < BACKLOG && !isDone; turn++) {
      const before = this.#accepted;
      const from = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      // The first may be the rest of a turn that has looked for connections long ago.
      isDone = turn > 0 && this.#accepted === before && performance.now() - from < SHORT_MS;
    }
  }
}
