/** An event as it was received. */
export interface ReceivedEvent {
  /** `message` unless the server named it. */
  readonly event: string;
  readonly data: string;
}

/** What is read from an event stream. */
export interface EventListener {
  event(received: ReceivedEvent): void;
  /** The server says how many ms to wait before coming back. */
  retry?(ms: number): void;
  /** A comment: nothing but a sign of life. */
  comment?(): void;
}

/** An event is longer than is taken; the stream cannot be read on. */
export class EventTooLargeError extends Error {
  override readonly name = "EventTooLargeError";
  constructor(maxLength: number) {
    super(`An event of the stream is longer than ${String(maxLength)} characters (maxEventLength)`);
  }
}

export interface EventParserOptions {
  /** Characters of the data of one event, or of one line. */
  readonly maxEventLength: number;
  /** Of the connection before, where the stream is taken up again. Default: none. */
  readonly lastEventId?: string;
}

/**
 * Reads an event stream from text that comes in pieces, cut anywhere (WHATWG HTML, Interpreting an event
 * stream). Each piece is looked at once.
 */
export class EventParser {
  readonly #listener: EventListener;
  readonly #maxLength: number;
  #begun = false;
  /** The last piece ended with CR: a line feed that comes next belongs to it. */
  #afterCr = false;
  #line = "";
  #data: string | undefined;
  #event = "";
  #id = "";
  #lastEventId = "";

  constructor(listener: EventListener, { maxEventLength, lastEventId = "" }: EventParserOptions) {
    this.#listener = listener;
    this.#maxLength = maxEventLength;
    this.#id = this.#lastEventId = lastEventId;
  }

  /** The id a client that comes back names in `Last-Event-ID`; empty: none. Of whole events only. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** @throws EventTooLargeError; nothing may follow */
  push(text: string): void {
    if (text === "") return;
    let start = this.#start(text);
    let lf = text.indexOf("\n", start);
    let cr = text.indexOf("\r", start);
    while (lf !== -1 || cr !== -1) {
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr;
      start = this.#lineOf(text, start, end) + 1;
      if (end === cr) {
        if (text[start] === "\n") start++;
        else if (start === text.length) this.#afterCr = true;
        cr = text.indexOf("\r", start);
      }
      if (lf !== -1 && lf < start) lf = text.indexOf("\n", start);
    }
    if (start < text.length) this.#line = this.#extended(text.slice(start));
  }

  /**
   * Takes the line that ends at `end`; most are data, and need no copy of their own.
   * @returns where it ended: with the empty line behind it, where that makes it a whole event
   */
  #lineOf(text: string, start: number, end: number): number {
    if (this.#line !== "" || !text.startsWith("data: ", start)) {
      this.#take(this.#whole(text.slice(start, end)));
      return end;
    }
    this.#addData(text.slice(start + "data: ".length, end));
    if (!text.startsWith("\n\n", end)) return end;
    this.#dispatch();
    return end + 1;
  }

  #start(text: string): number {
    const skipped =
      (!this.#begun && text.startsWith("\uFEFF")) || (this.#afterCr && text.startsWith("\n")) ? 1 : 0;
    this.#begun = true;
    this.#afterCr = false;
    return skipped;
  }

  /** The line that a piece ends. */
  #whole(part: string): string {
    const line = this.#extended(part);
    this.#line = "";
    return line;
  }

  #extended(part: string): string {
    const line = this.#line === "" ? part : this.#line + part;
    // A field's name and what follows it count for nothing.
    if (line.length + (this.#data?.length ?? 0) > this.#maxLength + "data: ".length) this.#tooLarge();
    return line;
  }

  #take(line: string): void {
    if (line === "") this.#dispatch();
    else if (line.startsWith("data: ")) this.#addData(line.slice("data: ".length));
    else if (line.startsWith(":")) this.#listener.comment?.();
    else {
      const colon = line.indexOf(":");
      if (colon === -1) this.#field(line, "");
      else this.#field(line.slice(0, colon), line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1));
    }
  }

  #field(name: string, value: string): void {
    switch (name) {
      case "data":
        this.#addData(value);
        break;
      case "event":
        this.#event = value;
        break;
      case "id":
        if (!value.includes("\0")) this.#id = value;
        break;
      case "retry":
        if (/^[0-9]+$/.test(value)) this.#listener.retry?.(Number(value));
        break;
    }
  }

  #addData(value: string): void {
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    if (this.#data.length > this.#maxLength) this.#tooLarge();
  }

  #dispatch(): void {
    const data = this.#data ?? "";
    const event = this.#event === "" ? "message" : this.#event;
    this.#lastEventId = this.#id;
    this.#data = undefined;
    this.#event = "";
    if (data !== "") this.#listener.event({ event, data });
  }

  #tooLarge(): never {
    this.#line = "";
    this.#data = undefined;
    throw new EventTooLargeError(this.#maxLength);
  }
}
