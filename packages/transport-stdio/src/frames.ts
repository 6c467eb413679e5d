import { ByteParts } from "./byte-parts.js";

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** How much of a message that is too long is kept to read its id from. */
const HEAD_BYTES = 64 * 1024;

export interface LineReceiver {
  /** A complete line, without its end. Never empty. */
  line(text: string): void;
  /** A line is longer than the limit and is being skipped; `head` is how it begins, at most 64 KiB. */
  tooLong(head: string): void;
}

/**
 * Cuts a stream of bytes into lines (stdio, "Messages are delimited by newlines"). Looks at each byte when
 * it arrives and never again, cuts at newline bytes alone, so that no character is torn, and holds at
 * most `maxBytes` of a line that is not complete.
 */
export class LineReader {
  readonly #maxBytes: number;
  readonly #receiver: LineReceiver;
  readonly #begun = new ByteParts();
  #skipping = false;

  constructor(maxBytes: number, receiver: LineReceiver) {
    this.#maxBytes = maxBytes;
    this.#receiver = receiver;
  }

  push(chunk: Buffer): void {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last === -1) {
      this.#begin(chunk);
      return;
    }
    const start = this.#skipping || this.#begun.length > 0 ? this.#complete(chunk) : 0;
    if (start < last) this.#lines(chunk, start, last);
    if (last + 1 < chunk.length) this.#begin(chunk.subarray(last + 1));
  }

  /** The stream ended: what is there of a last line is taken as one. */
  end(): void {
    if (this.#begun.length > 0) this.#line(this.#begun.take().toString());
    this.#skipping = false;
  }

  #begin(part: Buffer): void {
    if (this.#skipping) return;
    this.#begun.add(part);
    if (this.#begun.length <= this.#maxBytes) return;
    this.#skipping = true;
    const head = this.#begun.head(HEAD_BYTES);
    this.#begun.clear();
    this.#receiver.tooLong(head.toString());
  }

  /** Ends the line that was begun in earlier chunks. Returns where the next one starts. */
  #complete(chunk: Buffer): number {
    const end = chunk.indexOf(NEWLINE);
    this.#begin(chunk.subarray(0, end));
    this.end();
    return end + 1;
  }

  /** The run of whole lines between `start` and the newline at `last`. */
  #lines(chunk: Buffer, start: number, last: number): void {
    if (last - start > this.#maxBytes) {
      this.#measuredLines(chunk, start, last);
      return;
    }
    // One decoding for the whole run: many small lines cost about as much as one long one.
    for (const line of chunk.toString("utf8", start, last).split("\n")) this.#line(line);
  }

  #measuredLines(chunk: Buffer, start: number, last: number): void {
    for (let from = start; from <= last;) {
      const end = chunk.indexOf(NEWLINE, from);
      this.#begin(chunk.subarray(from, end));
      this.end();
      from = end + 1;
    }
  }

  #line(text: string): void {
    const line = text.charCodeAt(text.length - 1) === CARRIAGE_RETURN ? text.slice(0, -1) : text;
    if (line !== "") this.#receiver.line(line);
  }
}
