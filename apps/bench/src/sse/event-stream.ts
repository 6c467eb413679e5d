/** One event of a stream. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

const endOfHead = "\r\n\r\n";
const isChunked = /\r\ntransfer-encoding: *chunked/i;

function eventOf(lines: string): StreamEvent {
  let type = "message";
  const data: string[] = [];
  for (const line of lines.split("\n")) {
    if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
    else if (line.startsWith("event:")) type = line.slice("event:".length).trim();
  }
  return { type, data: data.join("\n") };
}

/**
 * Takes an answer that is an event stream in pieces, as they come from the socket, and hands out its events. It is read
 * as it has to be in the bench: in chunks, with lines that end in a newline, and characters of one byte.
 */
export class EventStreamReader {
  readonly #onEvent: (event: StreamEvent) => void;
  #isBody = false;
  /** Of the connection: what is not yet known to be a whole head, or a whole chunk. */
  #rest = "";
  /** Of the body: what is not yet a whole event. */
  #text = "";

  constructor(onEvent: (event: StreamEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** @throws Error when this is no event stream in chunks, or it ended. */
  push(piece: Buffer): void {
    this.#rest += piece.toString("latin1");
    if (!this.#isBody && !this.#readHead()) return;
    this.#readChunks();
    this.#handOut();
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf(endOfHead);
    if (end === -1) return false;
    const head = this.#rest.slice(0, end);
    if (!head.startsWith("HTTP/1.1 200 ") || !isChunked.test(head)) {
      throw new Error(`Expected an event stream in chunks, got ${this.#rest.slice(0, 300)}`);
    }
    this.#rest = this.#rest.slice(end + endOfHead.length);
    return (this.#isBody = true);
  }

  #readChunks(): void {
    let at = 0;
    for (;;) {
      const lineEnd = this.#rest.indexOf("\r\n", at);
      if (lineEnd === -1) break;
      const size = Number.parseInt(this.#rest.slice(at, lineEnd), 16);
      if (!(size > 0)) throw new Error("The server ended an event stream, or did not send it in chunks.");
      const end = lineEnd + 2 + size;
      if (end + 2 > this.#rest.length) break;
      this.#text += this.#rest.slice(lineEnd + 2, end);
      at = end + 2;
    }
    this.#rest = this.#rest.slice(at);
  }

  #handOut(): void {
    let from = 0;
    for (let end = this.#text.indexOf("\n\n"); end !== -1; end = this.#text.indexOf("\n\n", from)) {
      const event = eventOf(this.#text.slice(from, end));
      from = end + 2;
      if (event.data !== "") this.#onEvent(event);
    }
    this.#text = this.#text.slice(from);
  }
}
