import type { Duplex } from "node:stream";
import {
  encode,
  ServerConnection,
  systemClock,
  type ConnectionLimits,
  type Dispatcher,
  type Load,
  type Principal,
  type ReadonlyHeaders,
} from "@towpath/mcp-core/transport";
import type { WebSocket } from "ws";
import { CloseCode } from "../close-codes.js";
import { Channel, type ChannelGroup } from "../node/channel.js";

/** How long handlers that were aborted have to clean up, and a client to say goodbye, in ms. */
const GRACE_MS = 500;

let peers = 0;

export interface ConnectionOptions {
  readonly dispatcher: Dispatcher;
  readonly ws: WebSocket;
  readonly socket: Duplex;
  readonly group: ChannelGroup;
  readonly limits: ConnectionLimits;
  /** Of all connections together. */
  readonly load: Load;
  readonly principal: Principal | undefined;
  readonly headers: ReadonlyHeaders;
}

/** One client on a WebSocket, from its first message to its last. */
export class Connection {
  /** Settles when the socket has closed. */
  readonly closed: Promise<void>;
  readonly #channel: Channel;
  readonly #server: ServerConnection;

  /** @throws whatever `dispatcher.open` throws; the client is told, and its socket closed */
  constructor(options: ConnectionOptions) {
    const { ws, socket, group } = options;
    let closed = (): void => undefined;
    this.closed = new Promise((resolve) => (closed = resolve));
    let server: ServerConnection | undefined;
    this.#channel = new Channel(ws, socket, group, {
      text: (json) => server?.receive(json),
      over: (reason) => server?.close(reason),
      closed,
    });
    try {
      this.#server = server = this.#serve(options);
    } catch (error) {
      this.#channel.fail(CloseCode.internal, "the server failed");
      throw error;
    }
  }

  #serve({ dispatcher, limits, load, principal, headers }: ConnectionOptions): ServerConnection {
    return new ServerConnection({
      dispatcher,
      limits,
      load,
      headers,
      peer: {
        id: `websocket-${String((peers += 1))}`,
        transport: "websocket",
        ...(principal !== undefined && { principal }),
      },
      send: (message) => this.#channel.send(encode(message)),
      onUnread: ({ message }) => this.#channel.fail(CloseCode.policy, message),
    });
  }

  /** Lets what is in flight finish for at most `timeoutMs`, then says goodbye. Settles when nothing goes on any more. */
  async drain(timeoutMs: number): Promise<void> {
    await this.#server.drain(timeoutMs);
    this.#channel.close(CloseCode.goingAway, "the server is about to end");
    const cut = systemClock.schedule(timeoutMs === 0 ? 0 : GRACE_MS, () => this.#channel.terminate(), {
      keepAlive: true,
    });
    await Promise.all([this.closed, this.#server.settled(GRACE_MS)]);
    cut.cancel();
  }
}
