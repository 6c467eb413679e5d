import { EventParser } from "@towpath/mcp-core/http";
import type { JsonObject, RequestId } from "@towpath/mcp-core/transport";
import type { AnyMessage } from "@towpath/test-support/event-messages.js";
import { onTestFinished } from "vitest";

export type Plain = Readonly<Record<string, string>>;

export interface NamedEvent {
  readonly event: string;
  readonly data: string;
}

export const JSON_TYPE: Plain = { "content-type": "application/json" };

export function initialize(revision = "2024-11-05", capabilities: JsonObject = {}): JsonObject {
  return { protocolVersion: revision, capabilities, clientInfo: { name: "test", version: "1" } };
}

/** Somebody with a stream open, who says what a test likes. Leaves when its test has ended. */
export class Visitor {
  readonly response: Response;
  /** As it came. */
  readonly reference: string;
  /** Where messages go. */
  readonly endpoint: URL;
  readonly #events: AsyncGenerator<NamedEvent, undefined>;
  readonly #away: AbortController;
  readonly #headers: Plain;
  #next = 1;

  /** Opens a stream, and waits for its first event. */
  static async open(url: string, headers: Plain = {}): Promise<Visitor> {
    const away = new AbortController();
    onTestFinished(() => away.abort());
    const response = await fetch(url, {
      headers: { accept: "text/event-stream", ...headers },
      signal: away.signal,
    });
    if (response.status !== 200) throw new Error(`The stream got ${String(response.status)}`);
    const events = namedEvents(response);
    const { value } = await events.next();
    if (value?.event !== "endpoint") throw new Error(`The stream began with ${JSON.stringify(value)}`);
    return new Visitor(response, events, away, value.data, new URL(value.data, url), headers);
  }

  /** The same, introduced. */
  static async begin(url: string, headers: Plain = {}, params = initialize()): Promise<Visitor> {
    const visitor = await Visitor.open(url, headers);
    const { error } = await visitor.request("initialize", params);
    if (error !== undefined) throw new Error(`initialize got ${JSON.stringify(error)}`);
    await visitor.notify("notifications/initialized");
    return visitor;
  }

  private constructor(
    response: Response,
    events: AsyncGenerator<NamedEvent, undefined>,
    away: AbortController,
    reference: string,
    endpoint: URL,
    headers: Plain,
  ) {
    this.response = response;
    this.reference = reference;
    this.endpoint = endpoint;
    this.#events = events;
    this.#away = away;
    this.#headers = headers;
  }

  /** Where its messages would go at another node. */
  at(url: string): URL {
    return new URL(this.reference, url);
  }

  /** The next event; nothing once the stream has ended. */
  async event(): Promise<NamedEvent | undefined> {
    return (await this.#events.next()).value;
  }

  /** The next message. Rejects when the stream ends without one. */
  async message(): Promise<AnyMessage> {
    const event = await this.event();
    if (event?.event !== "message") throw new Error(`There came ${JSON.stringify(event)} for a message`);
    return JSON.parse(event.data) as AnyMessage; // a server of ours sent it
  }

  /** The next message that is no notification. */
  async nextResponse(): Promise<AnyMessage> {
    for (;;) {
      const message = await this.message();
      if (message.id !== undefined) return message;
    }
  }

  /** Settles when the stream ends. Gives what still came. */
  async rest(): Promise<readonly AnyMessage[]> {
    const messages: AnyMessage[] = [];
    for (let event = await this.event(); event !== undefined; event = await this.event())
      messages.push(JSON.parse(event.data) as AnyMessage); // as above
    return messages;
  }

  send(body: string, headers: Plain = {}, to = this.endpoint): Promise<Response> {
    return fetch(to, { method: "POST", headers: { ...JSON_TYPE, ...this.#headers, ...headers }, body });
  }

  post(message: object, headers: Plain = {}, to = this.endpoint): Promise<Response> {
    return this.send(JSON.stringify(message), headers, to);
  }

  /** Posts a request, and gives what it got. */
  async ask(method: string, params: JsonObject = {}, id: RequestId = this.#next++): Promise<number> {
    return statusOf(await this.post({ jsonrpc: "2.0", id, method, params }));
  }

  /** Makes a request, and gives the next message, which is to be its response. */
  async request(method: string, params: JsonObject = {}, headers: Plain = {}): Promise<AnyMessage> {
    const id = this.#next++;
    const status = await statusOf(await this.post({ jsonrpc: "2.0", id, method, params }, headers));
    if (status !== 202) throw new Error(`${method} got ${String(status)}`);
    const message = await this.message();
    if (message.id !== id) throw new Error(`${method} got ${JSON.stringify(message)}`);
    return message;
  }

  call(name: string, args: JsonObject = {}, headers: Plain = {}): Promise<AnyMessage> {
    return this.request("tools/call", { name, arguments: args }, headers);
  }

  /** Begins a call of the tool `play`. Gives its status. */
  play(name: string, id: RequestId = this.#next++): Promise<number> {
    const params = { name: "play", arguments: { name }, _meta: { progressToken: name } };
    return this.ask("tools/call", params, id);
  }

  async answer(id: RequestId | undefined, result: JsonObject): Promise<number> {
    return statusOf(await this.post({ jsonrpc: "2.0", id, result }));
  }

  async notify(method: string, params: JsonObject = {}): Promise<number> {
    return statusOf(await this.post({ jsonrpc: "2.0", method, params }));
  }

  /** Breaks the stream off. */
  leave(): void {
    this.#away.abort();
  }
}

async function statusOf(response: Response): Promise<number> {
  await response.text();
  return response.status;
}

/** The events of a stream, each as soon as it is here. */
async function* namedEvents(response: Response): AsyncGenerator<NamedEvent, undefined> {
  if (response.body === null) return;
  const received: NamedEvent[] = [];
  const parser = new EventParser(
    { event: ({ event, data }) => void received.push({ event, data }) },
    { maxEventLength: 1_000_000 },
  );
  const decoder = new TextDecoder();
  const body: AsyncIterable<Uint8Array> = response.body;
  for await (const bytes of body) {
    parser.push(decoder.decode(bytes, { stream: true }));
    yield* received.splice(0);
  }
}
