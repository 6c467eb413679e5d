import type { AnyMessage } from "./event-messages.js";

/** An event as it came over the wire; what was not there is undefined. */
export interface WireEvent {
  readonly id?: string;
  readonly retry?: number;
  readonly data?: string;
}

/** Reads the event stream of a response event by event, and may break it off. */
export class Events {
  readonly status: number;
  readonly headers: Headers;
  /** The id of the last event that came with one: where to resume. */
  lastId: string | undefined;
  readonly #away: AbortController;
  readonly #reader: ReadableStreamDefaultReader<string> | undefined;
  #text = "";

  constructor(response: Response, away: AbortController) {
    this.status = response.status;
    this.headers = response.headers;
    this.#away = away;
    this.#reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next event; nothing once the stream has ended. */
  async next(): Promise<WireEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end === -1) {
        const read = await this.#reader?.read();
        if (read?.value === undefined) return undefined;
        this.#text += read.value;
        continue;
      }
      const event = eventOf(this.#text.slice(0, end));
      this.#text = this.#text.slice(end + 2);
      if (event === undefined) continue;
      this.lastId = event.id ?? this.lastId;
      return event;
    }
  }

  /** The next message. Rejects when the stream ends without one. */
  async message(): Promise<AnyMessage> {
    for (let event = await this.next(); event !== undefined; event = await this.next()) {
      // A server of ours sent it.
      if (event.data !== undefined && event.data !== "") return JSON.parse(event.data) as AnyMessage;
    }
    throw new Error("The stream ended");
  }

  /** All messages up to the end of the stream. */
  async rest(): Promise<readonly AnyMessage[]> {
    const messages: AnyMessage[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) {
      if (event.data !== undefined && event.data !== "") messages.push(JSON.parse(event.data) as AnyMessage);
    }
    return messages;
  }

  /** Breaks the connection off. */
  cut(): void {
    this.#away.abort();
    this.#reader?.cancel().catch(() => undefined);
  }
}

/** Nothing for a comment. */
function eventOf(text: string): WireEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
  }
  const [id, retry, data] = [fields.get("id"), fields.get("retry"), fields.get("data")];
  if (fields.size === 0) return undefined;
  return {
    ...(id !== undefined && { id }),
    ...(retry !== undefined && { retry: Number(retry) }),
    ...(data !== undefined && { data }),
  };
}
