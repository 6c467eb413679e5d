import { type Connection, type Ports, withConnections } from "../http/connection.js";
import { copyOf, type HttpResponse } from "../http/response-reader.js";
import { percentile } from "../statistics.js";

/** Requests that are each sent once in an interval, spread evenly over it. */
export interface Polling {
  readonly requests: readonly Buffer[];
  readonly intervalMs: number;
  readonly durationMs: number;
  readonly connections: number;
  /** @throws Error when this is not the answer to the request with this index. */
  readonly check: (index: number, response: HttpResponse) => void;
}

export interface PollingResult {
  readonly answered: number;
  readonly perSecond: number;
  /** From when a request was due to its answer: half took no longer, in ms. */
  readonly p50Ms: number;
  /** 99 of 100 took no longer, in ms. */
  readonly p99Ms: number;
}

const sampledEvery = 16;

interface Kept {
  readonly index: number;
  readonly response: HttpResponse;
}

/** What is due is sent over the next free connection; while there is none, it waits, and that counts. */
class Run {
  readonly #polling: Polling;
  /** In turn: a server gives up a connection on which nothing comes for a while. */
  readonly #free: Connection[] = [];
  readonly #latencies: number[] = [];
  readonly #kept: Kept[] = [];
  readonly #count: number;
  readonly #startedAt = performance.now();
  #sent = 0;
  #settle: (error?: Error) => void = () => undefined;

  constructor(polling: Polling) {
    this.#polling = polling;
    const { requests, intervalMs, durationMs } = polling;
    this.#count = Math.floor((requests.length * durationMs) / intervalMs);
  }

  /** @throws Error when a request was not answered, or not rightly. */
  async over(connections: readonly Connection[]): Promise<PollingResult> {
    const ended = new Promise<void>((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    for (const connection of connections) this.#free.push(connection);
    this.#pump();
    await ended;
    const elapsedMs = performance.now() - this.#startedAt;
    for (const { index, response } of this.#kept) this.#polling.check(index, response);
    return {
      answered: this.#count,
      perSecond: (this.#count * 1000) / elapsedMs,
      p50Ms: percentile(this.#latencies, 0.5),
      p99Ms: percentile(this.#latencies, 0.99),
    };
  }

  #dueAt(nth: number): number {
    return this.#startedAt + (nth * this.#polling.intervalMs) / this.#polling.requests.length;
  }

  readonly #pump = (): void => {
    const now = performance.now();
    while (this.#sent < this.#count && this.#dueAt(this.#sent) <= now) {
      const connection = this.#free.shift();
      if (connection === undefined) break;
      this.#send(connection, this.#sent++);
    }
    // A timer is late by up to a millisecond, which is longer than an answer takes.
    if (this.#sent < this.#count) setImmediate(this.#pump);
  };

  #send(connection: Connection, nth: number): void {
    const { requests } = this.#polling;
    const index = nth % requests.length;
    const onResponse = (response: HttpResponse): void => {
      this.#latencies.push(performance.now() - this.#dueAt(nth));
      if (response.status !== 200)
        this.#settle(new Error(`Status ${response.status}: ${response.rest.toString()}`));
      if (nth % sampledEvery === 0) this.#kept.push({ index, response: copyOf(response) });
      this.#free.push(connection);
      if (this.#latencies.length === this.#count) this.#settle();
    };
    connection.listen({ onResponse, onFailure: (error) => this.#settle(error) });
    const request = requests[index];
    if (request === undefined) this.#settle(new RangeError("There are no requests to send."));
    else connection.send(request);
  }
}

/**
 * Polls a server for a while.
 *
 * @throws Error when a request was not answered, or not rightly.
 */
export function poll(ports: Ports, polling: Polling): Promise<PollingResult> {
  return withConnections(ports, polling.connections, (connections) => new Run(polling).over(connections));
}
