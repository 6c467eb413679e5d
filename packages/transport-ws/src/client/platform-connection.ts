import { DuplexClientConnection, type CloseReason, type MessageReceiver } from "@towpath/mcp-core/transport";
import { CloseCode, isDeliberate, WebSocketClosedError } from "../close-codes.js";
import { SUBPROTOCOL } from "../subprotocol.js";
import { connectError, notTaken, tooSlow } from "./connect-error.js";
import type { ClientSettings } from "./options.js";
import { PlatformOutbox } from "./platform-outbox.js";
import {
  platformSocketClass,
  type Closing,
  type PlatformSocket,
  type PlatformSocketClass,
} from "./platform-socket.js";

/** What runtimes do not tell may be any of these. */
const NOT_TOLD =
  "the runtime does not say why. Nothing may be there, or no server of MCP; or the server refuses who is calling, or " +
  "the page's origin (allowedOrigins of a Towpath server)";

/** What the platform's client is told besides. */
export interface PlatformSettings extends ClientSettings {
  readonly WebSocket: PlatformSocketClass | undefined;
}

/** Opens a connection over the runtime's own WebSocket, or the one that is given. */
export function connectOnPlatform(
  url: URL,
  settings: PlatformSettings,
  receiver: MessageReceiver,
): Promise<DuplexClientConnection> {
  return new Promise((resolve, reject) => {
    const { protocols, connectTimeoutMs, clock, WebSocket = platformSocketClass() } = settings;
    const socket = new WebSocket(url.href, [...protocols]);
    const fail = (why: string): void => {
      timer.cancel();
      reject(connectError(url, why));
      socket.close();
    };
    const timer = clock.schedule(connectTimeoutMs, () => fail(tooSlow(connectTimeoutMs)), {
      keepAlive: true,
    });
    socket.addEventListener("error", () => fail(NOT_TOLD));
    socket.addEventListener("open", () => {
      if (socket.protocol !== SUBPROTOCOL) fail(notTaken);
      else {
        timer.cancel();
        resolve(new PlatformConnection(socket, settings, receiver).duplex);
      }
    });
    socket.addEventListener("close", () => fail(NOT_TOLD));
  });
}

/** The client's end of a WebSocket that is open. */
class PlatformConnection {
  readonly duplex: DuplexClientConnection;
  readonly #socket: PlatformSocket;
  readonly #settings: ClientSettings;
  readonly #outbox: PlatformOutbox;
  readonly #closed: Promise<void>;
  #settleClosed = (): void => undefined;

  constructor(socket: PlatformSocket, settings: ClientSettings, receiver: MessageReceiver) {
    this.#socket = socket;
    this.#settings = settings;
    this.#closed = new Promise((resolve) => (this.#settleClosed = resolve));
    this.#outbox = new PlatformOutbox({ ...settings, socket, onStuck: (why) => this.#fail(why) });
    this.duplex = new DuplexClientConnection({
      receiver,
      send: (message) => this.#outbox.send(JSON.stringify(message)),
      close: () => this.#close(),
    });
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#message(data));
    socket.addEventListener("close", (closing) => this.#over(closing));
  }

  #message(data: unknown): void {
    if (typeof data !== "string") this.#fail("a binary frame came, and messages are text");
    else if (data.length > this.#settings.maxMessageBytes)
      this.#fail(
        `a message of more than ${String(this.#settings.maxMessageBytes)} characters (maxMessageBytes)`,
      );
    else this.duplex.receive(data);
  }

  /** Pages may give no other codes than 1000, and those from 3000 on. */
  #fail(why: string): void {
    this.#socket.close(CloseCode.normal);
    this.#end({ kind: "lost", error: new Error(`the WebSocket was closed: ${why}`) });
  }

  #over({ code, reason }: Closing): void {
    this.#end({
      kind: isDeliberate(code) ? "closed" : "lost",
      error: new WebSocketClosedError(code, reason),
    });
  }

  #end(reason: CloseReason): void {
    this.#outbox.end(reason.error ?? new Error("The WebSocket was closed"));
    this.duplex.ended(reason);
    this.#settleClosed();
  }

  async #close(): Promise<void> {
    this.#socket.close(CloseCode.normal);
    const { clock, closeTimeoutMs } = this.#settings;
    // The runtime goes on with it for as long as it likes.
    const timer = clock.schedule(closeTimeoutMs, () => this.#end({ kind: "closed" }), { keepAlive: true });
    await this.#closed;
    timer.cancel();
  }
}
