import { EventStream, type StreamReader } from "./event-stream.js";
import { HttpStatusError } from "./errors.js";
import { takeText, type Taker } from "./incoming.js";
import type { Line } from "./line.js";

/** How long connecting waits for the stream: what the server says before it is there may be lost. */
const OPENING_MS = 500;

/**
 * The stream on which a server of the handshake era says what belongs to no request (2025-11-25, Transports,
 * Listening for Messages from the Server). Where it cannot be had any more it is let be, until the server
 * answers a request again.
 */
export class StandingStream implements StreamReader, Taker {
  readonly #line: Line;
  #stream: EventStream | undefined;
  #state: "new" | "open" | "lost" | "refused" = "new";
  #settleOpening: () => void = () => undefined;

  constructor(line: Line) {
    this.#line = line;
  }

  get receiver(): Line["receiver"] {
    return this.#line.receiver;
  }

  get takesBatches(): boolean {
    return this.#line.takesBatches;
  }

  /** Settles as soon as the server has the stream open, or will not, or takes its time. Never rejects. */
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
    if (this.#state === "lost") this.#begin();
  }

  stop(): void {
    this.#state = "refused";
    this.#stream?.stop();
    this.#settleOpening();
  }

  opened(): void {
    this.#settleOpening();
  }

  data(json: string): void {
    takeText(json, this);
  }

  respond(): boolean {
    return false;
  }

  over(reason: Error): void {
    const isRefusal = reason instanceof HttpStatusError;
    this.#state = isRefusal ? "refused" : "lost";
    this.#settleOpening();
    if (isRefusal && reason.status === 404 && this.#line.channel.sessionId !== undefined)
      this.#line.sessionEnded(reason);
    // 405: the server has none to offer. 404 without a session, too.
    else if (!isRefusal) this.#line.receiver.noise(`no more of the GET stream: ${reason.message}`);
  }

  #begin(): void {
    const { channel, settings, idle } = this.#line;
    this.#state = "open";
    this.#stream = new EventStream({ channel, settings, idle, reader: this, resumes: "always" });
    this.#stream.open();
  }
}
