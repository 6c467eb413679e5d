import type { JsonValue } from "@towpath/mcp-core";
import { sse, type SseOptions } from "@towpath/transport-sse";
import { createReferenceServer, type ReferenceSettings } from "../../fixtures/reference-server.js";
import type { Harness, RawPeer, RawText } from "../harness.js";
import { HttpServer, JSON_TYPE } from "../http/http-server.js";
import { Inbox, type Matches, type Message, type Received } from "../inbox.js";
import { SseClient } from "./sse-client.js";

/** The reference server over HTTP+SSE, in this process. */
export const sseHarness: Harness = {
  transport: "sse",
  open: async (revision, settings) =>
    new SsePeer(await SseClient.open(await startSse({}, settings), revision)),
};

/** The reference server over HTTP+SSE. */
export function startSse(options: SseOptions = {}, settings: ReferenceSettings = {}): Promise<HttpServer> {
  const { maxInFlight, maxQueued, maxBatch } = settings.limits ?? {};
  const limits = {
    ...(maxInFlight !== undefined && { maxInFlightPerSession: maxInFlight }),
    ...(maxQueued !== undefined && { maxQueuedPerSession: maxQueued }),
    ...(maxBatch !== undefined && { maxBatch }),
  };
  const transport = sse({ port: 0, limits, ...options });
  return HttpServer.serve(createReferenceServer(settings), transport, settings);
}

/** A client that posts every message by itself, one after the other, and reads what comes on the stream. */
export class SsePeer implements RawPeer {
  readonly #client: SseClient;
  readonly #inbox = new Inbox();
  readonly #reading: Promise<void>;
  #sending = Promise.resolve();

  constructor(client: SseClient) {
    this.#client = client;
    this.#reading = this.#read();
  }

  /** Posts it once what was posted before is answered, so that messages arrive in order. */
  send(message: JsonValue | RawText): void {
    this.#sending = this.#sending
      .then(() => this.#post(message))
      .catch((cause: unknown) =>
        this.#inbox.end(new Error(`A message could not be sent: ${String(cause)}`, { cause })),
      );
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
    await this.#sending;
    await this.#client.server.drain();
    await this.#reading;
    this.#inbox.end(new Error("The server has ended"));
    return this.#inbox.rest();
  }

  /** What is refused may be answered in place, with the reason. */
  async #post(message: JsonValue | RawText): Promise<void> {
    const reply = await this.#client.post(message);
    const text = await reply.text();
    // What the server wrote is for the tests to judge.
    if (reply.type === JSON_TYPE) this.#inbox.push(JSON.parse(text) as Received);
    else if (reply.status !== 202) throw new Error(`${String(reply.status)}, no JSON: ${text}`);
  }

  async #read(): Promise<void> {
    const { stream } = this.#client;
    for (let received = await stream.next(); received !== undefined; received = await stream.next()) {
      this.#inbox.push(received);
    }
    this.#inbox.end(new Error("The stream is over"));
  }
}
