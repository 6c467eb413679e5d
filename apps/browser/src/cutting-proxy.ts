import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** How many characters of what came before are looked at, too: what is searched for may be in two pieces. */
const OVERLAP = 256;

/** Passes bytes on to a server, cuts connections when it is told to, and keeps the heads of requests. */
export class CuttingProxy {
  /** What to cut after, and whom to tell. */
  #cut: { readonly text: string; readonly done: () => void } | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #heads: string[] = [];
  readonly #target: URL;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((client) => this.#pass(client));
  }

  /** @param url of the server; the proxy's has the same path */
  static async start(url: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(new URL(url));
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    // Listening on a port, so the address is an object.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${String(port)}${this.#target.pathname}`;
  }

  /** The heads of the requests that ask for the rest of a stream. */
  get resumptions(): readonly string[] {
    return this.#heads.filter((head) => /^last-event-id:/im.test(head));
  }

  /** Cuts the connection on which the server says this next, right behind it. Settles when it is cut. */
  cutAfter(text: string): Promise<void> {
    return new Promise((done) => (this.#cut = { text, done }));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #pass(client: Socket): void {
    const server = connect(Number(this.#target.port), this.#target.hostname);
    const both = [client, server];
    const end = (): void => both.forEach((socket) => socket.destroy());
    for (const socket of both) {
      this.#sockets.add(socket);
      socket.on("error", end).on("close", () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    client.on("data", (chunk: Buffer) => {
      this.#heads.push(chunk.toString("latin1").split("\r\n\r\n", 1)[0] ?? "");
      server.write(chunk);
    });
    let before = "";
    server.on("data", (chunk: Buffer) => {
      const said = before + chunk.toString("latin1");
      const cut = this.#cut;
      const found = cut === undefined ? -1 : said.indexOf(cut.text);
      if (cut === undefined || found === -1) {
        before = said.slice(-OVERLAP);
        client.write(chunk);
        return;
      }
      this.#cut = undefined;
      const passed = found + cut.text.length - before.length;
      client.write(chunk.subarray(0, Math.max(0, passed)), () => {
        end();
        cut.done();
      });
    });
  }
}
