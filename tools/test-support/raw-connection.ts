import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { parseResponse, type RawResponse } from "./raw-response.js";

/** A connection on which a test says what it likes, byte by byte. Closed when its test has ended. */
export class RawConnection {
  readonly socket: Socket;
  /** Settles when the connection is closed, whichever way. */
  readonly closed: Promise<void>;
  #received = "";
  #read = 0;
  #over = false;
  readonly #waiting = new Set<() => void>();

  /** Still takes what the server sends after `end`, as long as the server goes on. */
  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (data: Buffer) => {
      this.#received += data.toString("latin1");
      this.#look();
    });
    socket.on("end", () => {
      this.#over = true;
      socket.end();
      this.#look();
    });
    // A reset is one of the ways to be cut off.
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) =>
      socket.once("close", () => {
        this.#over = true;
        this.#look();
        resolve();
      }),
    );
  }

  /** All that came, one character per byte. */
  get received(): string {
    return this.#received;
  }

  write(text: string | Uint8Array): this {
    this.socket.write(text);
    return this;
  }

  /** Says that nothing more is coming. */
  end(): this {
    this.socket.end();
    return this;
  }

  /** Goes away, and tells nobody. */
  vanish(): void {
    this.socket.resetAndDestroy();
  }

  /** Settles once this was received. Rejects when the connection ends without it. */
  until(text: string): Promise<void> {
    return this.#wait(() => (this.#received.includes(text) ? true : undefined), text).then(() => undefined);
  }

  /** The next whole response. Rejects when the connection ends before its last byte. */
  response(): Promise<RawResponse> {
    return this.#wait(() => {
      const parsed = parseResponse(this.#received.slice(this.#read));
      this.#read += parsed?.length ?? 0;
      return parsed?.response;
    }, "a response");
  }

  /** What `look` finds in all that came, as soon as it does. Rejects when the connection ends before. */
  find<T>(look: (received: string) => T | undefined, what: string): Promise<T> {
    return this.#wait(() => look(this.#received), what);
  }

  #wait<T>(look: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = look();
        if (found === undefined && !this.#over) return;
        this.#waiting.delete(check);
        if (found !== undefined) resolve(found);
        else
          reject(new Error(`The connection ended without ${what}, after ${JSON.stringify(this.#received)}`));
      };
      this.#waiting.add(check);
      check();
    });
  }

  #look(): void {
    for (const check of [...this.#waiting]) check();
  }
}

/** Sends text over a connection of its own, and gives the response. */
export async function rawRequest(port: number, text: string | Uint8Array): Promise<RawResponse> {
  const connection = await RawConnection.open(port);
  const response = await connection.write(text).response();
  connection.end();
  return response;
}
