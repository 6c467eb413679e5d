import { once } from "node:events";
import type { JsonValue } from "@towpath/mcp-core";
import { webSocket } from "@towpath/transport-ws";
import { WebSocket } from "ws";
import { createReferenceServer } from "../../fixtures/reference-server.js";
import { isRawText, type Harness, type RawPeer, type RawText } from "../harness.js";
import { Inbox, type Matches, type Message, type Received } from "../inbox.js";

/** The reference server in this process, over a WebSocket. */
export const webSocketHarness: Harness = {
  transport: "websocket",
  open: async (_revision, settings = {}) => {
    const { limits, gracePeriodMs = 5_000 } = settings;
    const transport = webSocket({ port: 0, ...(limits && { limits }) });
    const running = await createReferenceServer(settings).start(transport);
    return WebSocketPeer.open(running.urls[0] ?? "", () => running.drain({ timeoutMs: gracePeriodMs }));
  },
};

/** A client that sends what it is told, each message as one text message of WebSocket. */
export class WebSocketPeer implements RawPeer {
  readonly #socket: WebSocket;
  readonly #drain: () => Promise<void>;
  readonly #inbox = new Inbox();

  /** @param drain ends the server, once it has all that was sent. Default: the client leaves it. */
  static async open(url: string, drain?: () => Promise<void>): Promise<WebSocketPeer> {
    const socket = new WebSocket(url, "mcp", { perMessageDeflate: false });
    const leave = async (): Promise<void> => {
      socket.close(1000);
    };
    const peer = new WebSocketPeer(socket, drain ?? leave);
    await once(socket, "open");
    return peer;
  }

  private constructor(socket: WebSocket, drain: () => Promise<void>) {
    this.#socket = socket;
    this.#drain = drain;
    socket.on("message", (data: Buffer, isBinary) => this.#take(data.toString(), isBinary));
    socket.on("close", (code) => this.#inbox.end(new Error(`The WebSocket was closed with ${String(code)}`)));
  }

  send(message: JsonValue | RawText): void {
    this.#socket.send(isRawText(message) ? message.raw : JSON.stringify(message));
  }

  next(matches: Matches): Promise<Message> {
    return this.#inbox.next(matches);
  }

  nextBatch(): Promise<readonly Message[]> {
    return this.#inbox.nextBatch();
  }

  until(matches: Matches): Promise<readonly Message[]> {
    return this.#inbox.until(matches);
  }

  async end(): Promise<readonly Message[]> {
    const closed = this.#socket.readyState === WebSocket.CLOSED || once(this.#socket, "close");
    if (this.#socket.readyState === WebSocket.OPEN) {
      // Answered in its turn: by then the server has all that was sent before.
      this.#socket.ping();
      await Promise.race([once(this.#socket, "pong"), closed]);
    }
    await Promise.all([closed, this.#drain()]);
    return this.#inbox.rest();
  }

  #take(text: string, isBinary: boolean): void {
    try {
      if (isBinary) throw new SyntaxError("It is binary");
      // What the server wrote is for the tests to judge.
      this.#inbox.push(JSON.parse(text) as Received);
    } catch (cause) {
      this.#inbox.end(new Error(`There is no message in what came: ${JSON.stringify(text)}`, { cause }));
    }
  }
}
