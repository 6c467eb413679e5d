import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** Where a connection is cut. */
export interface Cut {
  readonly text: string;
  /** Which of its occurrences in what a server sends on one connection; the first is 1. */
  readonly occurrence: number;
}

/** Passes connections on to a server, and cuts one of them, once, in the middle of a text that the server sends. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #target: URL;
  readonly #cut: Cut;
  readonly #sockets = new Set<Socket>();
  #cuts = 0;
  #sent = "";

  static async start(target: URL, cut: Cut): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target, cut);
    await once(proxy.#server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  private constructor(target: URL, cut: Cut) {
    this.#target = target;
    this.#cut = cut;
    this.#server = createServer((client) => this.#pass(client));
  }

  /** The target's, as it is reached through here. */
  get url(): URL {
    const url = new URL(this.#target);
    // It listens at an address, not at a pipe.
    url.port = String((this.#server.address() as AddressInfo).port);
    return url;
  }

  /** How many connections were cut: none, or one. */
  get cuts(): number {
    return this.#cuts;
  }

  /** All that clients have sent. */
  get sent(): string {
    return this.#sent;
  }

  async close(): Promise<void> {
    const closed = once(this.#server.close(), "close");
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #pass(client: Socket): void {
    const server = connect(Number(this.#target.port), this.#target.hostname);
    this.#join(client, server);
    this.#join(server, client);
    client.on("data", (chunk) => {
      this.#sent += chunk.toString("latin1");
      server.write(chunk);
    });
    let received = "";
    server.on("data", (chunk) => {
      const before = received.length;
      received += chunk.toString("latin1");
      const end = this.#cuts === 0 ? middleOf(this.#cut, received) : undefined;
      client.write(end === undefined ? chunk : chunk.subarray(0, Math.max(0, end - before)));
      if (end === undefined) return;
      this.#cuts += 1;
      server.destroy();
    });
  }

  /** When a connection is over, the other one ends after what was written to it. */
  #join(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    // How it ended shows at the other end.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      other.end();
    });
  }
}

/** Where the middle of the text is, if it has come as often as that. */
function middleOf({ text, occurrence }: Cut, received: string): number | undefined {
  let at = -1;
  for (let found = 0; found < occurrence; found += 1) {
    at = received.indexOf(text, at + 1);
    if (at === -1) return undefined;
  }
  return at + Math.floor(text.length / 2);
}
