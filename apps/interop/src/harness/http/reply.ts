import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { JsonObject } from "@towpath/mcp-core";
import type { Message } from "../inbox.js";
import { EventParser, type StreamEvent } from "./events.js";

/** An answer of which the head is there; its body is read as it comes. */
export class HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly #response: IncomingMessage;
  #isClosed = false;
  #events: AsyncGenerator<StreamEvent, undefined> | undefined;

  constructor(response: IncomingMessage) {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
  }

  /** The media type alone. */
  get type(): string | undefined {
    return this.headers["content-type"]?.split(";")[0]?.trim();
  }

  get isStream(): boolean {
    return this.type === "text/event-stream";
  }

  /** The whole body. */
  async text(): Promise<string> {
    this.#response.setEncoding("utf8");
    let text = "";
    // `setEncoding` makes the chunks strings.
    for await (const chunk of this.#response) text += chunk as string;
    return text;
  }

  /** The JSON-RPC message that is the whole body. */
  async message(): Promise<Message> {
    return JSON.parse(await this.text()) as Message; // for the tests to judge
  }

  /** The next event, comments aside; `undefined` when the stream is over, or was cut. */
  async event(): Promise<StreamEvent | undefined> {
    this.#events ??= eventsOf(this.#response);
    for (;;) {
      const { value } = await this.#events.next();
      if (value?.comment === undefined) return value;
    }
  }

  /** All events there are until the stream is over. */
  async events(): Promise<readonly StreamEvent[]> {
    const events: StreamEvent[] = [];
    for (let event = await this.event(); event !== undefined; event = await this.event()) events.push(event);
    return events;
  }

  /** The next message of the stream; `undefined` when it is over. */
  async next(): Promise<Message | undefined> {
    for (let event = await this.event(); event !== undefined; event = await this.event()) {
      if (event.data !== undefined && event.data !== "") return JSON.parse(event.data) as Message; // as above
    }
    return undefined;
  }

  /** All messages there are until the stream is over; or the one that is the body. */
  async messages(): Promise<readonly Message[]> {
    if (!this.isStream) return [await this.message()];
    const events = await this.events();
    // As above.
    return events.filter(({ data = "" }) => data !== "").map(({ data = "" }) => JSON.parse(data) as Message);
  }

  /** The response to the request, whichever way it came. */
  async response(): Promise<Message> {
    const last = (await this.messages()).at(-1);
    if (last === undefined) throw new Error("The stream ended without a response");
    return last;
  }

  /** The result of the request. */
  async result(): Promise<JsonObject> {
    const { result, error } = await this.response();
    if (result === undefined) throw new Error(`There is no result: ${JSON.stringify(error)}`);
    return result;
  }

  /** Whether this side has closed the connection. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Closes the connection. */
  close(): void {
    this.#isClosed = true;
    this.#response.destroy();
  }
}

async function* eventsOf(response: IncomingMessage): AsyncGenerator<StreamEvent, undefined> {
  const parser = new EventParser();
  response.setEncoding("utf8");
  try {
    // `setEncoding` makes the chunks strings.
    for await (const chunk of response) yield* parser.push(chunk as string);
  } catch {
    // A stream that was cut is over, as far as its events go.
  }
  return undefined;
}
