import { connect, type Socket } from "node:net";
import { encodeMessage, initializedMessage, initializeMessage, newestRevision } from "../requests.js";
import type { Era } from "../implementations.js";
import { FrameReader, textFrame } from "./frames.js";

const answerTimeoutMs = 60_000;
const readBytes = 64 * 1024;
/** So many are opened at a time. */
const atOnce = 64;
const endOfHead = "\r\n\r\n";

const upgrade = (port: number): string =>
  [
    "GET /ws HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Protocol: mcp",
    "",
    "",
  ].join("\r\n");

const initialize = textFrame(encodeMessage(initializeMessage(newestRevision.handshake)));
const initialized = textFrame(encodeMessage(initializedMessage));

/** What is done with the messages that come. */
export interface Receiver {
  /** The bytes hold until this returns. */
  readonly message: (json: Buffer) => void;
  /** All that came together was handed over. */
  readonly pause?: () => void;
}

/** A WebSocket: a socket, and just as much of the protocol as it takes. */
export class WebSocketConnection {
  readonly #socket: Socket;
  readonly #frames: FrameReader;
  /** Of the answer to the upgrade, until it has come whole. */
  #head: string | undefined = "";
  #opened: () => void = () => undefined;
  #receiver: Receiver | undefined;
  #reject: ((error: Error) => void) | undefined;
  #failure: Error | undefined;

  private constructor(port: number) {
    // One buffer for all that is read: nothing is left to be collected.
    const buffer = Buffer.allocUnsafe(readBytes);
    const onread = {
      buffer,
      callback: (length: number): boolean => {
        this.#take(buffer.subarray(0, length));
        return true;
      },
    };
    this.#socket = connect({ host: "127.0.0.1", port, onread });
    this.#frames = new FrameReader({
      onMessage: (json) => this.#receiver?.message(json),
      onPing: (pong) => this.write(pong),
    });
    this.#socket.setNoDelay(true);
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("The server closed a WebSocket.")));
    this.#socket.write(upgrade(port));
  }

  /**
   * Opens a WebSocket, and does what comes before the first call.
   *
   * @throws Error when the server does not agree.
   */
  static async open(port: number, era: Era): Promise<WebSocketConnection> {
    const connection = new WebSocketConnection(port);
    try {
      await connection.receive((done) => {
        connection.#opened = done;
        return { message: () => undefined };
      });
      if (era === "stateless") return connection;
      const answer = await connection.ask(initialize);
      if (!answer.includes('"result"')) throw new Error(`initialize was answered ${answer.slice(0, 200)}`);
      connection.write(initialized);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Why it is not open any more. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  write(frames: Buffer): void {
    this.#socket.write(frames);
  }

  /**
   * Hands over what comes until `done` is called.
   *
   * @throws Error when the connection ends before, or a minute has passed.
   */
  async receive(start: (done: () => void) => Receiver): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#reject = reject;
        timer = setTimeout(() => {
          reject(new Error(`The server did not answer within ${answerTimeoutMs} ms.`));
        }, answerTimeoutMs);
        this.#receiver = start(resolve);
      });
    } finally {
      clearTimeout(timer);
      this.#reject = undefined;
      this.#receiver = undefined;
    }
  }

  /** Sends one request, and resolves to the message that comes next. */
  async ask(request: Buffer): Promise<string> {
    let answer = "";
    await this.receive((done) => {
      this.write(request);
      return {
        message: (json) => {
          answer = json.toString();
          done();
        },
      };
    });
    return answer;
  }

  /** At once, and without leaving the port in TIME_WAIT. */
  close(): void {
    this.#reject = undefined;
    this.#socket.resetAndDestroy();
  }

  #take(chunk: Buffer): void {
    try {
      if (this.#head === undefined) this.#frames.push(chunk);
      else this.#open(this.#head + chunk.toString("latin1"));
      this.#receiver?.pause?.();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #open(text: string): void {
    const end = text.indexOf(endOfHead);
    this.#head = end === -1 ? text : undefined;
    if (end === -1) return;
    if (!text.startsWith("HTTP/1.1 101 ")) throw new Error(`Expected a WebSocket, got ${text.slice(0, 300)}`);
    this.#opened();
    const rest = text.slice(end + endOfHead.length);
    if (rest !== "") this.#frames.push(Buffer.from(rest, "latin1"));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#reject?.(this.#failure);
  }
}

/** Opens so many WebSockets, several at a time. */
export async function openWebSockets(
  port: number,
  era: Era,
  count: number,
): Promise<readonly WebSocketConnection[]> {
  const connections: WebSocketConnection[] = [];
  while (connections.length < count) {
    const some = Array.from({ length: Math.min(atOnce, count - connections.length) }, () =>
      WebSocketConnection.open(port, era),
    );
    connections.push(...(await Promise.all(some)));
  }
  return connections;
}
