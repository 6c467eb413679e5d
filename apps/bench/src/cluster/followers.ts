import { connect, type Socket } from "node:net";
import { getStream, type Target } from "../http/requests.js";

/** So many streams are asked for before the first of them has begun. */
const atOnce = 64;
const endOfHead = "\r\n\r\n";

/** Clients that have the stream of a session open each, and wait for changes. */
export class Followers {
  readonly #sockets: Socket[] = [];
  #word = "";
  #heard = new Set<Socket>();
  #allHeard: () => void = () => undefined;
  #failure: Error | undefined;
  #failed: (reason: Error) => void = () => undefined;

  async open(target: Target, sessions: readonly string[]): Promise<void> {
    for (let at = 0; at < sessions.length; at += atOnce) {
      const some = sessions.slice(at, at + atOnce);
      await Promise.all(some.map((session) => this.#open({ ...target, session })));
    }
  }

  /**
   * Settles when each of them was sent this word; gives when the last one was, on the clock of `performance`.
   *
   * @throws Error when a stream ends, or the time is over.
   */
  async hear(word: string, timeoutMs: number): Promise<number> {
    this.#word = word;
    this.#heard = new Set();
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        if (this.#failure !== undefined) reject(this.#failure);
        this.#failed = reject;
        timer = setTimeout(() => {
          const missing = this.#sockets.length - this.#heard.size;
          reject(new Error(`${missing} streams were not told of the change in ${timeoutMs} ms.`));
        }, timeoutMs);
        this.#allHeard = () => {
          if (this.#heard.size === this.#sockets.length) resolve();
        };
      });
      return performance.now();
    } finally {
      clearTimeout(timer);
      this.#word = "";
      this.#failed = () => undefined;
    }
  }

  close(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners("close");
      socket.resetAndDestroy();
    }
  }

  async #open(target: Target): Promise<void> {
    const socket = connect(target.port, "127.0.0.1");
    this.#sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      let head = "";
      const listen = (chunk: Buffer): void => {
        head += chunk.toString("latin1");
        if (!head.includes(endOfHead)) return;
        socket.off("data", listen);
        if (!head.startsWith("HTTP/1.1 200 "))
          reject(new Error(`Expected a stream, got ${head.slice(0, 300)}`));
        socket.on("data", (data: Buffer) => this.#take(socket, data));
        resolve();
      };
      socket.on("data", listen);
      socket.once("error", reject);
      socket.write(getStream(target));
    });
    socket.on("close", () => {
      this.#failure ??= new Error("A stream was closed by the server.");
      this.#failed(this.#failure);
    });
  }

  #take(socket: Socket, data: Buffer): void {
    if (this.#word === "" || this.#heard.has(socket) || !data.includes(this.#word)) return;
    this.#heard.add(socket);
    this.#allHeard();
  }
}
