import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** Stands between a client and a server, and cuts a connection in mid-message when it is told to. */
export class CuttingProxy {
  readonly url: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #cuts: (() => void)[] = [];
  #cutAt: string | undefined;

  static async before(target: URL): Promise<CuttingProxy> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new CuttingProxy(server, target);
  }

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.url = new URL(target);
    // A server that listens on TCP has a port.
    this.url.port = String((server.address() as AddressInfo).port);
    server.on("connection", (client) => this.#join(client, connect(Number(target.port), target.hostname)));
  }

  /** Cuts the connection on which the server says that next, in the middle of it. Settles when it was cut. */
  cutAt(text: string): Promise<void> {
    this.#cutAt = text;
    return new Promise((resolve) => this.#cuts.push(resolve));
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, server: Socket): void {
    const both = [client, server];
    for (const socket of both) {
      this.#sockets.add(socket);
      // Whoever hangs up takes the other side along.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        for (const other of both) other.destroy();
      });
    }
    client.on("data", (chunk) => void server.write(chunk));
    server.on("data", (chunk: Buffer) => this.#pass(chunk, client));
  }

  #pass(chunk: Buffer, client: Socket): void {
    const at = this.#cutAt === undefined ? -1 : chunk.indexOf(this.#cutAt);
    if (this.#cutAt === undefined || at < 0) {
      client.write(chunk);
      return;
    }
    const half = at + Math.ceil(Buffer.byteLength(this.#cutAt) / 2);
    this.#cutAt = undefined;
    client.write(chunk.subarray(0, half), () => client.destroy());
    this.#cuts.shift()?.();
  }
}
