import { connect, type Socket } from "node:net";
import { copyOf, type HttpResponse, ResponseReader } from "./response-reader.js";

/** How long a server may take over one answer. */
const answerTimeoutMs = 60_000;
const readBytes = 64 * 1024;

/** What is told of a connection. */
interface Listener {
  /** One answer has come whole. Its bytes hold until this returns. */
  readonly onResponse: (response: HttpResponse) => void;
  readonly onFailure: (error: Error) => void;
}

/** A keep-alive connection with one request at a time on it: a socket, and no HTTP client. */
export class Connection {
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();
  #listener: Listener | undefined;
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("The server closed a connection.")));
    socket.setTimeout(answerTimeoutMs, () => {
      this.#fail(new Error(`The server did not answer within ${answerTimeoutMs} ms.`));
    });
  }

  /** @throws Error when nothing listens on this port. */
  static async open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      // One buffer for all that is read: nothing is left to be collected.
      const buffer = Buffer.allocUnsafe(readBytes);
      const onread = {
        buffer,
        callback: (length: number): boolean => {
          connection.#receive(buffer.subarray(0, length));
          return true;
        },
      };
      const socket = connect({ host: "127.0.0.1", port, onread }, () => {
        socket.off("error", reject);
        resolve(connection);
      });
      socket.once("error", reject);
      const connection = new Connection(socket);
    });
  }

  /** Who is told of answers and failures from now on. */
  listen(listener: Listener): void {
    this.#listener = listener;
    if (this.#failure !== undefined) listener.onFailure(this.#failure);
  }

  send(request: Buffer): void {
    this.#socket.write(request);
  }

  /** Sends one request and resolves to its answer. */
  async ask(request: Buffer): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const onResponse = (response: HttpResponse): void => resolve(copyOf(response));
      this.listen({ onResponse, onFailure: reject });
      this.send(request);
    });
  }

  /** At once, and without leaving the port in TIME_WAIT. */
  close(): void {
    this.#listener = undefined;
    this.#socket.resetAndDestroy();
  }

  #receive(chunk: Buffer): void {
    try {
      const response = this.#reader.push(chunk);
      if (response !== undefined) this.#listener?.onResponse(response);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#listener?.onFailure(this.#failure);
  }
}

/** Where to connect to: one port, or several in turn. */
export type Ports = number | readonly number[];

/** Runs `use` with so many connections, and closes them whatever happens. */
export async function withConnections<T>(
  to: Ports,
  count: number,
  use: (connections: readonly Connection[]) => Promise<T>,
): Promise<T> {
  const connections: Connection[] = [];
  const ports = typeof to === "number" ? [to] : to;
  try {
    for (let i = 0; i < count; i++) connections.push(await Connection.open(ports[i % ports.length] ?? 0));
    return await use(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}
