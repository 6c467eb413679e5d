import type { Clock, Scheduled } from "../protocol/clock.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { CallLimits, EventSink } from "./call.js";
import { room, type Room } from "./room.js";

/** Bytes that may wait before a writer is asked to. */
const ROOMY_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/** An event stream as the body of a `Response`. */
export class FetchSink implements EventSink {
  readonly body: ReadableStream<Uint8Array>;
  readonly #limits: CallLimits;
  readonly #clock: Clock;
  readonly #onOver: (delivered: boolean) => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** The reader waits for more. */
  #wanted = false;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #takenBytes = 0;
  #ended = false;
  #over = false;
  #room: Room | undefined;
  #stall: Scheduled | undefined;

  /** @param onOver told once, whether the client took all of it */
  constructor(limits: CallLimits, clock: Clock, onOver: (delivered: boolean) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#onOver = onOver;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#pull(),
        cancel: () => this.#finish(false),
      },
      // What waits is counted here.
      { highWaterMark: 0 },
    );
  }

  get open(): boolean {
    return !this.#over && !this.#ended;
  }

  write(text: string): MaybePromise<void> {
    if (this.#over || this.#ended || text === "") return undefined;
    const bytes = encoder.encode(text);
    if (this.#room !== undefined && this.#queuedBytes + bytes.length > this.#limits.maxQueuedBytes) {
      this.cut("The client does not read what was sent to it");
      return undefined;
    }
    this.#put(bytes);
    if (this.#queuedBytes <= ROOMY_BYTES) return undefined;
    return (this.#room ??= room()).promise;
  }

  end(text?: string): void {
    if (this.#over || this.#ended) return;
    if (text !== undefined && text !== "") this.#put(encoder.encode(text));
    this.#ended = true;
    this.#closeWhenTaken();
  }

  /** The client is gone: what waits is dropped. Not an error, which a host would report. */
  leave(): void {
    if (this.#over) return;
    this.#controller?.close();
    this.#finish(false);
  }

  /** Ends it for good, and what waits is dropped: its client is to see that this is not all. */
  cut(reason: string): void {
    if (this.#over) return;
    this.#controller?.error(new Error(reason));
    this.#finish(false);
  }

  #put(bytes: Uint8Array): void {
    if (this.#wanted) {
      this.#wanted = false;
      this.#controller?.enqueue(bytes);
      return;
    }
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#watch();
  }

  #pull(): void {
    if (this.#queue.length === 0) {
      this.#wanted = true;
      return;
    }
    const bytes = joined(this.#queue, this.#queuedBytes);
    this.#takenBytes += bytes.length;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#controller?.enqueue(bytes);
    this.#settle();
    this.#closeWhenTaken();
  }

  #closeWhenTaken(): void {
    if (!this.#ended || this.#queue.length > 0) return;
    this.#controller?.close();
    this.#finish(true);
  }

  #watch(): void {
    if (this.#stall !== undefined) return;
    const before = this.#takenBytes;
    this.#stall = this.#clock.schedule(this.#limits.stallTimeoutMs, () => {
      this.#stall = undefined;
      if (this.#queue.length === 0) return;
      if (this.#takenBytes === before) this.cut("The client took nothing of what waits for it in time");
      else this.#watch();
    });
  }

  #finish(delivered: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#queue = [];
    this.#stall?.cancel();
    this.#settle();
    this.#onOver(delivered);
  }

  #settle(): void {
    const waiting = this.#room;
    this.#room = undefined;
    waiting?.resolve();
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
