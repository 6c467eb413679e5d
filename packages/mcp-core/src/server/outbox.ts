import type { Exchange } from "../contract/index.js";
import type { JsonObject, JsonRpcNotification } from "../jsonrpc/messages.js";
import { isPromise } from "../protocol/promises.js";

/** Log messages one request may have waiting for a client that does not read; further ones are counted. */
const MAX_WAITING_LOGS = 64;

const accepted = Promise.resolve();

/**
 * The notifications of one request, in order. While the client does not read, at most one is on its way:
 * progress is then reduced to the latest, and log messages are kept up to a bound and dropped with a count.
 */
export class Outbox {
  readonly #exchange: Exchange;
  #sending: Promise<void> | undefined;
  #progress: JsonRpcNotification | undefined;
  #logs: JsonRpcNotification[] = [];
  #dropped = 0;
  #closed = false;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Settles when this progress, or a later one in its stead, was accepted. */
  progress(params: JsonObject): Promise<void> {
    if (this.#closed) return accepted;
    const message = notification("notifications/progress", params);
    if (this.#sending === undefined) return this.#send(message);
    this.#progress = message;
    return this.#sending;
  }

  log(params: JsonObject): void {
    if (this.#closed) return;
    const message = notification("notifications/message", params);
    if (this.#sending === undefined) void this.#send(message);
    else if (this.#logs.length < MAX_WAITING_LOGS) this.#logs.push(message);
    else this.#dropped += 1;
  }

  /** The request was cancelled, or its client is gone: what waits is dropped, and nothing goes out any more. */
  close(): void {
    this.#closed = true;
  }

  /** The request is done: what waits goes out ahead of its response, and nothing after it (Progress, Behavior Requirements). */
  finish(): void {
    for (let next = this.#takeNext(); next !== undefined && !this.#closed; next = this.#takeNext()) {
      void this.#begin(next);
    }
    this.#closed = true;
  }

  #send(message: JsonRpcNotification): Promise<void> {
    const sent = this.#begin(message);
    if (sent === undefined) return accepted;
    this.#sending = this.#sendWaiting(sent);
    return this.#sending;
  }

  /** Settles when the message was accepted, or was given up because the peer is gone; `undefined` if that is now. */
  #begin(message: JsonRpcNotification): Promise<void> | undefined {
    try {
      const sent = this.#exchange.send(message);
      return isPromise(sent) ? sent.catch(() => this.close()) : undefined;
    } catch {
      return undefined; // what has become of the peer shows on its link
    }
  }

  async #sendWaiting(first: Promise<void>): Promise<void> {
    await first;
    for (let next = this.#takeNext(); next !== undefined && !this.#closed; next = this.#takeNext()) {
      await this.#begin(next);
    }
    // In the same step as the last look, so that nothing is put behind it and forgotten.
    this.#sending = undefined;
  }

  #takeNext(): JsonRpcNotification | undefined {
    const log = this.#logs.shift();
    if (log !== undefined) return log;
    if (this.#dropped > 0) {
      const data = `${String(this.#dropped)} log messages were dropped, because they were not read`;
      this.#dropped = 0;
      return notification("notifications/message", { level: "warning", data });
    }
    const progress = this.#progress;
    this.#progress = undefined;
    return progress;
  }
}

function notification(method: string, params: JsonObject): JsonRpcNotification {
  return { jsonrpc: "2.0", method, params };
}
