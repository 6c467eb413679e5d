import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Listener } from "../contract/index.js";
import type { Services } from "../http-server/services.js";
import { systemClock, type Clock } from "../protocol/clock.js";

/** How long answers may take to reach their clients when all else is over, in ms. */
const FLUSH_MS = 500;

export interface HttpListenerOptions {
  readonly server: Server;
  readonly services: Services;
  /** Where its services are reached, those that clients are told of. */
  readonly urls: readonly string[];
  readonly drainDelayMs: number;
  /** Whether other nodes take what comes from now on: answers, too. */
  readonly hasOthers: boolean;
  readonly clock: Clock;
}

/** A server of our own, and what is served there. */
export class HttpListener implements Listener {
  readonly urls: readonly string[];
  readonly closed: Promise<void>;
  readonly drainDelayMs: number;
  readonly #options: HttpListenerOptions;
  /** All of them: node:http knows none that were upgraded, or whose TLS handshake is not over. */
  readonly #sockets = new Set<Socket>();
  #settleClosed: () => void = () => undefined;
  #draining = false;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.urls = options.urls;
    this.drainDelayMs = options.drainDelayMs;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    const sockets = this.#sockets;
    // One for all of them, as there may be many.
    const forget = function (this: Socket): void {
      sockets.delete(this);
    };
    options.server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", forget);
    });
  }

  drain({ timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (!this.#draining) void this.#drain(timeoutMs);
    return this.closed;
  }

  async #drain(timeoutMs: number | undefined): Promise<void> {
    this.#draining = true;
    const { services, hasOthers, clock } = this.#options;
    services.leave();
    if (this.drainDelayMs > 0 && timeoutMs !== 0) await passed(this.drainDelayMs, clock);
    // A balancer asks the next node when it cannot connect, whatever the request is.
    const left = hasOthers ? this.#close() : undefined;
    await services.drain(timeoutMs);
    const cut = systemClock.schedule(timeoutMs === 0 ? 0 : FLUSH_MS, () => {
      for (const socket of this.#sockets) socket.destroy();
    });
    const closed = left ?? this.#close();
    this.#options.server.closeIdleConnections();
    await closed;
    cut.cancel();
    this.#settleClosed();
  }

  /** Takes no further connections. Settles when there are none left. */
  #close(): Promise<void> {
    return new Promise((resolve) => this.#options.server.close(() => resolve()));
  }
}

function passed(ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.schedule(ms, resolve, { keepAlive: true }));
}
