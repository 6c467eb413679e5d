import type { Server } from "node:http";
import type { Listener } from "../contract/index.js";
import type { Services } from "../http-server/services.js";
import { systemClock, type Clock } from "../protocol/clock.js";
import { Connections } from "./connections.js";

/** How long answers may take to reach their clients, and requests to come, when all else is over, in ms. */
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
  readonly #connections: Connections;
  #settleClosed: () => void = () => undefined;
  #draining = false;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.urls = options.urls;
    this.drainDelayMs = options.drainDelayMs;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    this.#connections = new Connections(options.server);
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
    const connections = this.#connections;
    connections.letGo();
    // A balancer asks the next node when it cannot connect, whatever the request is.
    const refused = hasOthers ? connections.refuse() : undefined;
    await services.drain(timeoutMs);
    const cut = systemClock.schedule(timeoutMs === 0 ? 0 : FLUSH_MS, () => connections.destroy());
    await (refused ?? connections.refuse());
    connections.closeIdle();
    await connections.closed;
    cut.cancel();
    this.#settleClosed();
  }
}

function passed(ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.schedule(ms, resolve, { keepAlive: true }));
}
