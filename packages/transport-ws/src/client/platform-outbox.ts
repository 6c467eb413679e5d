import type { Clock, MaybePromise, Scheduled } from "@towpath/mcp-core/transport";
import { rejected, waiting, type Waiting } from "../waiting.js";
import { OPEN, type PlatformSocket } from "./platform-socket.js";

/** Bytes that may wait before a sender has to. */
const HIGH_WATER = 64 * 1024;

/** How often it is looked whether there is room again, in ms: no event tells. */
const LOOKING_MS = 20;

/** How long a server for which more waits than may may take nothing of it, in ms. */
const OVERFULL_MS = 5_000;

export interface PlatformOutboxOptions {
  readonly socket: PlatformSocket;
  readonly maxQueuedBytes: number;
  readonly stallTimeoutMs: number;
  readonly clock: Clock;
  /** The server takes too little of what waits for it. */
  readonly onStuck: (why: string) => void;
}

/** Sends messages; a sender waits while much is queued. */
export class PlatformOutbox {
  readonly #options: PlatformOutboxOptions;
  #room: Waiting | undefined;
  #timer: Scheduled | undefined;
  /** Bytes that were handed over so far. */
  #sent = 0;
  #taken = 0;
  #takenAt = 0;

  constructor(options: PlatformOutboxOptions) {
    this.#options = options;
  }

  /** Returns nothing while little is queued, else a promise that settles when there is room, or never will be. */
  send(text: string): MaybePromise<void> {
    const { socket } = this.#options;
    if (socket.readyState !== OPEN) return rejected(new Error("The WebSocket is being closed"));
    const before = socket.bufferedAmount;
    socket.send(text);
    const after = socket.bufferedAmount;
    this.#sent += Math.max(0, after - before);
    return after > HIGH_WATER ? this.#full() : undefined;
  }

  /** Nothing more can be sent. */
  end(error: Error): void {
    this.#timer?.cancel();
    this.#room?.reject(error);
    this.#room = undefined;
  }

  #full(): Promise<void> {
    if (this.#room === undefined) {
      this.#room = waiting();
      this.#takenAt = this.#options.clock.now();
      this.#look();
    }
    return this.#room.promise;
  }

  #look(): void {
    this.#timer = this.#options.clock.schedule(LOOKING_MS, () => {
      const { socket, maxQueuedBytes, stallTimeoutMs, clock, onStuck } = this.#options;
      const { bufferedAmount } = socket;
      if (bufferedAmount <= HIGH_WATER) {
        this.#room?.resolve();
        this.#room = undefined;
        return;
      }
      const taken = this.#sent - bufferedAmount;
      if (taken !== this.#taken) [this.#taken, this.#takenAt] = [taken, clock.now()];
      const overfull = bufferedAmount > maxQueuedBytes;
      const longest = overfull ? Math.min(OVERFULL_MS, stallTimeoutMs) : stallTimeoutMs;
      if (clock.now() - this.#takenAt < longest) this.#look();
      else onStuck(overfull ? "too much waits to be read" : "nothing is read");
    });
  }
}
