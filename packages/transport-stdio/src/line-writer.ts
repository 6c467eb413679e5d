import type { Writable } from "node:stream";
import type { MaybePromise } from "@towpath/mcp-core/transport";

/** Lines up to this many characters are joined; longer ones go out as they are, without another copy. */
const JOINED_CHARACTERS = 64 * 1024;

export interface LineWriterOptions {
  readonly stream: Writable;
  /** From this many queued bytes on, a write is accepted only when the reader has caught up. */
  readonly maxQueuedBytes: number;
  /** The stream takes nothing any more. Called once; `fail` is to follow. */
  readonly onBroken: (error: Error) => void;
  /** Used in place of `stream.write`, where that one was replaced. */
  readonly write?: Writable["write"];
}

interface Waiting {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Writes lines. Those of one tick go out together, and while the stream is busy the next ones gather, so
 * that it sees one write at a time. Bytes are counted as characters, which is exact for ASCII.
 */
export class LineWriter {
  readonly #stream: Writable;
  readonly #write: Writable["write"];
  readonly #maxQueued: number;
  readonly #onBroken: (error: Error) => void;
  #lines: string[] = [];
  /** What was accepted and the system has not taken yet, `#lines` included. */
  #queued = 0;
  #inLines = 0;
  #busy = false;
  #gathering = false;
  #room: Waiting | undefined;
  #idle: Waiting | undefined;
  #state: "open" | "ended" | "broken" = "open";
  #failure: Error | undefined;

  constructor({ stream, maxQueuedBytes, onBroken, write }: LineWriterOptions) {
    this.#stream = stream;
    this.#write = write ?? stream.write.bind(stream);
    this.#maxQueued = maxQueuedBytes;
    this.#onBroken = onBroken;
    stream.on("error", this.#broke);
    stream.once("close", this.#closed);
  }

  /**
   * Queues a line; `json` has no newline in it. Returns nothing while little is queued, else a promise
   * that settles when there is room again, and rejects when the stream broke.
   */
  write(json: string): MaybePromise<void> {
    if (this.#failure !== undefined) return rejected(this.#failure);
    if (this.#state === "ended") return rejected(new Error("The connection is being closed"));
    if (this.#state === "broken") return (this.#room ??= waiting()).promise;
    this.#lines.push(json);
    this.#inLines += json.length + 1;
    this.#queued += json.length + 1;
    if (!this.#busy && !this.#gathering) this.#schedule();
    if (this.#queued < this.#maxQueued) return undefined;
    return (this.#room ??= waiting()).promise;
  }

  /** Gathers what is written while `task` runs, and writes it out as soon as that returns. */
  gather(task: () => void): void {
    this.#gathering = true;
    try {
      task();
    } finally {
      this.#gathering = false;
      if (!this.#busy) this.#flush();
    }
  }

  get isIdle(): boolean {
    return this.#queued === 0;
  }

  /** Settles when everything written so far is out, or never will be. Never rejects. */
  idle(): Promise<void> {
    if (this.#queued === 0 || this.#failure !== undefined) return Promise.resolve();
    return (this.#idle ??= waiting()).promise;
  }

  /** Writes what is queued, then ends the stream. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#flush();
    this.#stream.end();
  }

  /** Gives up: what waits is rejected with `error`, and so is what comes later. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#state = "broken";
    this.#lines = [];
    this.#room?.reject(error);
    this.#idle?.resolve();
  }

  /** Lets go of a stream that is not ours to end. */
  release(): void {
    this.fail(new Error("The connection is closed"));
    this.#stream.off("close", this.#closed);
    // A broken stream may report its error more than once, and nobody else might listen.
    if (!this.#stream.errored) this.#stream.off("error", this.#broke);
  }

  #schedule(): void {
    this.#busy = true;
    // A tick runs after the promises that are settled by now, so their answers leave in the same write.
    process.nextTick(flush, this.#flush);
  }

  readonly #flush = (): void => {
    const lines = this.#lines;
    const characters = this.#inLines;
    if (lines.length === 0) return;
    this.#lines = [];
    this.#inLines = 0;
    this.#busy = true;
    const written = (error?: Error | null): void => this.#written(characters, error);
    if (characters <= JOINED_CHARACTERS) {
      lines.push("");
      this.#write(lines.join("\n"), written);
    } else {
      this.#writeParts(joinShort(lines), written);
    }
  };

  #writeParts(parts: readonly string[], written: (error?: Error | null) => void): void {
    this.#stream.cork();
    parts.forEach((part, index) => {
      if (index < parts.length - 1) this.#write(part);
      else this.#write(part, written);
    });
    this.#stream.uncork();
  }

  #written(characters: number, error: Error | null | undefined): void {
    if (error) {
      this.#broke(error);
      return;
    }
    this.#queued -= characters;
    if (this.#lines.length > 0) this.#flush();
    else this.#busy = false;
    if (this.#queued < this.#maxQueued) {
      this.#room?.resolve();
      this.#room = undefined;
    }
    if (this.#queued === 0) {
      this.#idle?.resolve();
      this.#idle = undefined;
    }
  }

  readonly #broke = (error: Error): void => {
    if (this.#state === "broken") return;
    this.#state = "broken";
    this.#onBroken(error);
  };

  readonly #closed = (): void => {
    if (this.#state === "open") this.#broke(new Error("The stream was closed"));
  };
}

const flush = (run: () => void): void => run();

/** The lines with their ends, short ones joined. */
function joinShort(lines: readonly string[]): string[] {
  const parts: string[] = [];
  let short: string[] = [];
  let characters = 0;
  const join = (): void => {
    if (short.length > 0) parts.push(`${short.join("\n")}\n`);
    short = [];
    characters = 0;
  };
  for (const line of lines) {
    characters += line.length;
    if (characters > JOINED_CHARACTERS) join();
    if (line.length > JOINED_CHARACTERS) parts.push(line, "\n");
    else short.push(line);
  }
  join();
  return parts;
}

function waiting(): Waiting {
  let resolve = (): void => undefined;
  let reject = (_error: Error): void => undefined;
  const promise = new Promise<void>((...settle) => ([resolve, reject] = settle));
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** Rejects for those who look, and troubles nobody else: a peer that is gone shows elsewhere too. */
function rejected(error: Error): Promise<void> {
  const promise: Promise<never> = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}
