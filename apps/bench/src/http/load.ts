import { percentile } from "../statistics.js";
import { type Connection, type Ports, withConnections } from "./connection.js";
import type { RequestPool } from "./requests.js";
import { copyOf, type HttpResponse } from "./response-reader.js";

/** How a server is called: over so many connections, one request at a time on each. */
export interface HttpLoad {
  readonly connections: number;
  /** Not counted: connections are new, and caches belong to whoever was measured before. */
  readonly leadMs: number;
  readonly durationMs: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** How many were answered, with those before the clock started. */
  readonly answered: number;
  /** Half of the requests took no longer, in ms. */
  readonly p50Ms: number;
  /** 99 of 100 requests took no longer, in ms. */
  readonly p99Ms: number;
}

/** One in so many answers is kept, to be checked once the clock has stopped; all of them have their status checked. */
const sampledEvery = 16;

interface Kept {
  readonly index: number;
  readonly response: HttpResponse;
}

/** A run of requests over some connections. */
class Run {
  readonly #pool: RequestPool;
  readonly #goesOn: (now: number) => boolean;
  readonly #onAnswer: (sentAt: number, now: number) => void;
  readonly #kept: Kept[] = [];
  #sent = 0;

  /**
   * @param goesOn whether a connection that is free sends one more request.
   * @param onAnswer is told of every answer.
   */
  constructor(
    pool: RequestPool,
    goesOn: (now: number) => boolean,
    onAnswer: (sentAt: number, now: number) => void,
  ) {
    this.#pool = pool;
    this.#goesOn = goesOn;
    this.#onAnswer = onAnswer;
  }

  /** @throws Error when a request was not answered, or not rightly. */
  async over(connections: readonly Connection[]): Promise<void> {
    await Promise.all(connections.map((connection) => this.#drive(connection)));
    for (const { index, response } of this.#kept) this.#pool.check(index, response);
  }

  async #drive(connection: Connection): Promise<void> {
    const { requests } = this.#pool;
    return new Promise((resolve, reject) => {
      let index = 0;
      let sentAt = 0;
      const send = (now: number): void => {
        index = this.#sent++ % requests.length;
        sentAt = now;
        const request = requests[index];
        if (request === undefined) reject(new RangeError("There are no requests to send."));
        else connection.send(request);
      };
      const onResponse = (response: HttpResponse): void => {
        const now = performance.now();
        this.#onAnswer(sentAt, now);
        if (response.status !== 200)
          reject(new Error(`Status ${response.status}: ${response.rest.toString()}`));
        if (index % sampledEvery === 0) this.#kept.push({ index, response: copyOf(response) });
        if (this.#goesOn(now)) send(now);
        else resolve();
      };
      connection.listen({ onResponse, onFailure: reject });
      send(performance.now());
    });
  }
}

/**
 * Calls a server for a while.
 *
 * @throws Error when a request was not answered, or not rightly.
 */
export async function loadFor(ports: Ports, pool: RequestPool, load: HttpLoad): Promise<LoadResult> {
  return withConnections(ports, load.connections, async (connections) => {
    const from = performance.now() + load.leadMs;
    const until = from + load.durationMs;
    const latencies: number[] = [];
    let end = from;
    let answered = 0;
    const run = new Run(
      pool,
      (now) => now < until,
      (sentAt, now) => {
        answered++;
        if (now < from) return;
        latencies.push(now - sentAt);
        end = now;
      },
    );
    await run.over(connections);
    return {
      perSecond: (latencies.length * 1000) / (end - from),
      answered,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
    };
  });
}

/**
 * Sends so many requests.
 *
 * @throws Error when one was not answered, or not rightly.
 */
export async function sendRequests(
  port: number,
  pool: RequestPool,
  connections: number,
  count: number,
): Promise<void> {
  let answered = 0;
  const run = new Run(
    pool,
    () => answered + connections <= count,
    () => answered++,
  );
  await withConnections(port, connections, (all) => run.over(all));
}
