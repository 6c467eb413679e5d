import { EventStream, type StreamReader } from "./event-stream.js";
import { HttpStatusError } from "@towpath/mcp-core/http-client";
import { takeText, type Taker } from "./incoming.js";
import type { Line } from "./line.js";

/** How long connecting waits for the stream: what the server says before it is there may be lost. */
const OPENING_MS = 500;

/** Statuses of servers that have no such stream to offer: 405 as the specification has it, and what else is said. */
const NOT_OFFERED: ReadonlySet<number> = new Set([400, 404, 405, 406, 410, 415, 422, 501]);

/**
 * The stream on which a server of the handshake era says what belongs to no request (2025-11-25, Transports,
 * Listening for Messages from the Server). Where it cannot be had any more it is let be, until the server
 * answers a request again.
 */
export class StandingStream implements StreamReader, Taker {
  readonly #line: Line;
  readonly #stream: EventStream;
  #state: "new" | "open" | "lost" | "not offered" | "stopped" = "new";
  #lostAt = -Infinity;
  #wasOpen = false;
  #settleOpening: () => void = () => undefined;

  constructor(line: Line) {
    const { channel, settings, idle } = line;
    this.#line = line;
    this.#stream = new EventStream({ channel, settings, idle, reader: this, resumes: "always" });
  }

  get receiver(): Line["receiver"] {
    return this.#line.receiver;
  }

  get takesBatches(): boolean {
    return this.#line.takesBatches;
  }

  /** Settles as soon as the server has the stream open, or has refused it for good or for now, or takes its time. Never rejects. */
  open(): Promise<void> {
    // The connection may be over by the time the server has accepted what comes first.
    if (this.#state !== "new") return Promise.resolve();
    const { clock } = this.#line.settings;
    return new Promise((resolve) => {
      const timer = clock.schedule(OPENING_MS, resolve, { keepAlive: true });
      this.#settleOpening = () => {
        timer.cancel();
        resolve();
      };
      this.#begin();
    });
  }

  /** The server is there: a stream that was lost may be had again. */
  answered(): void {
    const { clock, resumption } = this.#line.settings;
    if (this.#state === "lost" && clock.now() - this.#lostAt >= resumption.maxDelayMs) this.#begin();
  }

  stop(): void {
    this.#state = "stopped";
    this.#stream.stop();
    this.#settleOpening();
  }

  opened(): void {
    this.#wasOpen = true;
    this.#settleOpening();
  }

  /** Connecting does not wait for a server that cannot have it now. */
  interrupted(): void {
    this.#settleOpening();
  }

  data(json: string): void {
    takeText(json, this);
  }

  respond(): boolean {
    return false;
  }

  asked(): void {
    // It stays open for as long as the session.
  }

  spoilt(): void {
    // No request of ours is answered here.
  }

  over(reason: Error): void {
    const { receiver, channel, settings } = this.#line;
    const status = reason instanceof HttpStatusError ? reason.status : undefined;
    this.#lostAt = settings.clock.now();
    this.#settleOpening();
    // A server that has no such stream may say 404 as well; only of one that was there does it end the session.
    if (status === 404 && this.#wasOpen && channel.sessionId !== undefined) this.#line.sessionEnded(reason);
    else if (status !== undefined && (status < 300 || NOT_OFFERED.has(status))) this.#state = "not offered";
    else {
      this.#state = "lost";
      receiver.noise(`no more of the GET stream: ${reason.message}`);
    }
  }

  #begin(): void {
    this.#state = "open";
    this.#stream.open();
  }
}
