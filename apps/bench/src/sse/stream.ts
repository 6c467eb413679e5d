import { connect, type Socket } from "node:net";
import { EventStreamReader } from "./event-stream.js";
import { getStream } from "./requests.js";

const openTimeoutMs = 30_000;

/** Who is told of what comes on a stream. */
export interface StreamListener {
  readonly onMessage: (json: string) => void;
  readonly onFailure: (error: Error) => void;
}

/** The stream of a session, on a socket of its own. */
export class EventStream {
  /** Where the messages of the session are posted to: a path, with its query. */
  readonly endpoint: string;
  readonly #socket: Socket;
  #listener: StreamListener | undefined;
  #failure: Error | undefined;

  private constructor(socket: Socket, endpoint: string) {
    this.#socket = socket;
    this.endpoint = endpoint;
  }

  /**
   * Opens a stream, and resolves once it has told its endpoint.
   *
   * @throws Error when it does not.
   */
  static async open(port: number): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      let stream: EventStream | undefined;
      const socket = connect(port, "127.0.0.1");
      const fail = (error: Error): void => {
        socket.destroy();
        if (stream === undefined) reject(error);
        else stream.#fail(error);
      };
      const reader = new EventStreamReader(({ type, data }) => {
        if (stream !== undefined) stream.#listener?.onMessage(data);
        else if (type !== "endpoint") fail(new Error(`Expected the event "endpoint", got "${type}".`));
        else {
          socket.setTimeout(0);
          resolve((stream = new EventStream(socket, pathOf(data))));
        }
      });
      socket.on("data", (piece: Buffer) => {
        try {
          reader.push(piece);
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)));
        }
      });
      socket.on("error", fail);
      socket.on("close", () => fail(new Error("The server closed a stream.")));
      socket.setTimeout(openTimeoutMs, () => fail(new Error("A stream did not begin in time.")));
      socket.write(getStream(port));
    });
  }

  /** Why it is not open any more. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Who is told from now on. */
  listen(listener: StreamListener | undefined): void {
    this.#listener = listener;
    if (this.#failure !== undefined) listener?.onFailure(this.#failure);
  }

  /** At once, and without leaving the port in TIME_WAIT. */
  close(): void {
    this.#listener = undefined;
    this.#socket.resetAndDestroy();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#listener?.onFailure(this.#failure);
  }
}

/** An endpoint may be told as a whole URL, too. */
function pathOf(endpoint: string): string {
  const { pathname, search } = new URL(endpoint, "http://127.0.0.1/sse");
  return pathname + search;
}
