import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** Stands between one client and the balancer, and cuts connections when it is told to. */
export class Cutter {
  /** The origin to use in place of the balancer's. */
  readonly url: string;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  static async before(origin: string): Promise<Cutter> {
    const target = new URL(origin);
    const clients = new Set<Socket>();
    const server = createServer((client) => {
      clients.add(client);
      join(client, connect(Number(target.port), target.hostname));
      client.once("close", () => clients.delete(client));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Cutter(server, clients);
  }

  private constructor(server: Server, clients: Set<Socket>) {
    this.#server = server;
    this.#clients = clients;
    // It listens at an address, not at a pipe.
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  /** Cuts every connection that there is, as a network that fails does. Gives how many there were. */
  cut(): number {
    const count = this.#clients.size;
    for (const client of this.#clients) client.resetAndDestroy();
    return count;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }
}

/** Whoever hangs up takes the other side along; what was sent before arrives. */
function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on("error", () => undefined);
    from.on("data", (chunk: Buffer) => void to.write(chunk));
    from.once("end", () => to.end());
    from.once("close", () => to.destroySoon());
  }
}
