import type { Duplex } from "node:stream";
import type { Deadlines, Timed } from "@towpath/mcp-core/http";
import type { Clock, MaybePromise } from "@towpath/mcp-core/transport";
import type { WebSocket } from "ws";
import type { Budget } from "../budget.js";
import { rejected, waiting, type Waiting } from "../waiting.js";

/** Bytes that may wait before a sender has to. */
const HIGH_WATER = 64 * 1024;

/** How long a peer for which more waits than may may take nothing of it, in ms. */
const OVERFULL_MS = 5_000;

/** How often it is looked whether peers take anything, in ms. */
export const LOOKING_MS = 1_000;

/** What bounds the bytes that wait for a peer. */
export interface OutboxLimits {
  readonly maxQueuedBytes: number;
  readonly stallTimeoutMs: number;
}

export interface OutboxOptions {
  readonly ws: WebSocket;
  readonly socket: Duplex;
  readonly limits: OutboxLimits;
  /** Bytes that wait for peers which have more waiting than they read at once. */
  readonly queued: Budget;
  /** Of {@link LOOKING_MS}. */
  readonly looking: Deadlines;
  readonly clock: Clock;
  /** The peer takes too little of what waits for it. */
  readonly onStuck: (why: string) => void;
}

/** Not in the types, and absent in runtimes other than Node: what the system has taken of a write that is under way. */
interface Written {
  readonly _handle?: { readonly bytesWritten?: number; readonly writeQueueSize?: number } | null;
  readonly bytesWritten?: number;
}

/**
 * Sends messages. Those of one tick leave in one write; a sender waits while much is queued; and it is found out
 * when the peer does not read.
 */
export class Outbox implements Timed {
  place: Timed["place"];
  readonly #options: OutboxOptions;
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  #corked = false;
  #room: Waiting | undefined;
  /** Of `queued`. */
  #counted = 0;
  #taken = 0;
  #takenAt = 0;
  #listening = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#ws = options.ws;
    this.#socket = options.socket;
  }

  /** Returns nothing while little is queued, else a promise that settles when there is room, or never will be. */
  send(text: string): MaybePromise<void> {
    if (this.#ws.readyState !== this.#ws.OPEN) return rejected(new Error("The WebSocket is being closed"));
    if (!this.#corked) this.#cork();
    this.#ws.send(text);
    return this.#socket.writableLength > HIGH_WATER ? this.#full() : undefined;
  }

  /** Nothing more can be sent. */
  end(error: Error): void {
    this.#options.looking.delete(this);
    this.#count(0);
    this.#room?.reject(error);
    this.#room = undefined;
  }

  overdue(): void {
    if (this.#room === undefined) return;
    const { limits, looking, clock, onStuck } = this.#options;
    const taken = takenFrom(this.#socket);
    if (taken !== this.#taken) this.#progress(taken);
    const idleMs = clock.now() - this.#takenAt;
    const overfull = this.#socket.writableLength > limits.maxQueuedBytes;
    const longest = overfull ? Math.min(OVERFULL_MS, limits.stallTimeoutMs) : limits.stallTimeoutMs;
    if (idleMs < longest) looking.add(this);
    else onStuck(overfull ? "too much waits to be read" : "nothing is read");
  }

  #cork(): void {
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(uncork, this.#uncork);
  }

  readonly #uncork = (): void => {
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork();
  };

  /** More is queued than a peer that reads leaves lying; unless the system takes it now. */
  #full(): MaybePromise<void> {
    this.#uncork();
    const { writableLength, writableNeedDrain } = this.#socket;
    // Without the second, `drain` would never come: a program may have raised the mark of all streams.
    if (writableLength <= HIGH_WATER || !writableNeedDrain) return undefined;
    this.#count(writableLength);
    if (this.#room !== undefined) {
      this.#checkTotal(writableLength);
      return this.#room.promise;
    }
    if (!this.#listening) this.#socket.on("drain", this.#drained);
    this.#listening = true;
    this.#progress(takenFrom(this.#socket));
    this.#options.looking.add(this);
    return (this.#room = waiting()).promise;
  }

  #checkTotal(length: number): void {
    const { queued, limits, onStuck } = this.#options;
    if (queued.exceeded && length > limits.maxQueuedBytes)
      onStuck("too much waits to be read, by all together");
  }

  #progress(taken: number): void {
    this.#taken = taken;
    this.#takenAt = this.#options.clock.now();
  }

  readonly #drained = (): void => {
    this.#options.looking.delete(this);
    this.#count(0);
    this.#room?.resolve();
    this.#room = undefined;
  };

  #count(bytes: number): void {
    this.#options.queued.used += bytes - this.#counted;
    this.#counted = bytes;
  }
}

const uncork = (run: () => void): void => run();

/** A number that changes whenever the peer takes something. */
function takenFrom(socket: Duplex): number {
  const { _handle: handle, bytesWritten = 0 }: Written = socket as Written;
  return handle?.bytesWritten !== undefined && handle.writeQueueSize !== undefined
    ? handle.bytesWritten - handle.writeQueueSize
    : bytesWritten - socket.writableLength;
}
