import type { Server } from "node:http";
import { systemClock, type Listener } from "@towpath/mcp-core/transport";
import type { Endpoint } from "./endpoint.js";

/** How long answers may take to reach their clients when all else is over, in ms. */
const FLUSH_MS = 500;

export interface HttpListenerOptions {
  readonly server: Server;
  readonly endpoint: Endpoint;
  readonly url: string;
  readonly drainDelayMs: number;
}

/** An endpoint with a server of its own. */
export class HttpListener implements Listener {
  readonly url: string;
  readonly closed: Promise<void>;
  readonly #options: HttpListenerOptions;
  #settleClosed: () => void = () => undefined;
  #draining = false;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.url = options.url;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
  }

  drain({ timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (!this.#draining) void this.#drain(timeoutMs);
    return this.closed;
  }

  async #drain(timeoutMs: number | undefined): Promise<void> {
    this.#draining = true;
    const { server, endpoint, drainDelayMs } = this.#options;
    endpoint.leave();
    if (drainDelayMs > 0 && timeoutMs !== 0) await passed(drainDelayMs, endpoint.settings.clock);
    await endpoint.drain(timeoutMs);
    const cut = systemClock.schedule(timeoutMs === 0 ? 0 : FLUSH_MS, () => server.closeAllConnections());
    server.close(() => {
      cut.cancel();
      this.#settleClosed();
    });
    server.closeIdleConnections();
  }
}

function passed(ms: number, clock = systemClock): Promise<void> {
  return new Promise((resolve) => clock.schedule(ms, resolve, { keepAlive: true }));
}
