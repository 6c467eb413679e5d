import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** A server that answers `echo`, and does what `more` says; written as a script, so that it needs no build. */
export function script(more = ""): string {
  return `
    const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
    const handlers = { echo: ({ id, params = {} }) => send({ id, result: params }) };
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const message = JSON.parse(line);
      handlers[message.method]?.(message);
    });
    ${more}
  `;
}

/** Keeps the process alive, whatever happens to its stdin and whatever asks it to end. */
export const STUBBORN = `setInterval(() => undefined, 1e6); process.on("SIGTERM", () => undefined);`;

/**
 * A sign of life that needs no looking: a process that runs `connect` is connected here for as long as it
 * lives.
 */
export class LifeLine {
  readonly #server = createServer((socket) => socket.resume().on("error", () => undefined));
  readonly #connected: Promise<Socket>;

  private constructor() {
    this.#connected = once(this.#server, "connection").then(([socket]: Socket[]) => {
      if (socket === undefined) throw new Error("A connection has a socket");
      return socket;
    });
  }

  static async open(): Promise<LifeLine> {
    const line = new LifeLine();
    line.#server.listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    return line;
  }

  /** The statement that connects. */
  get connect(): string {
    // A server that listens on a port has an address of this type.
    const { port } = this.#server.address() as AddressInfo;
    return `require("node:net").connect(${String(port)}, "127.0.0.1").on("error", () => undefined);`;
  }

  async connected(): Promise<void> {
    await this.#connected;
  }

  /** Settles when the process has ended. */
  async ended(): Promise<void> {
    const socket = await this.#connected;
    if (!socket.destroyed) await once(socket, "close");
  }

  close(): void {
    this.#server.close();
    void this.#connected.then((socket) => socket.destroy());
  }
}
