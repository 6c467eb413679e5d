import { HANDSHAKE_REVISIONS, Meta, STATELESS_REVISIONS, type JsonObject } from "@towpath/mcp-core";

const REVISION = HANDSHAKE_REVISIONS.at(-1) ?? "";
const STATELESS_REVISION = STATELESS_REVISIONS.at(-1) ?? "";
const CLIENT = { name: "wire", version: "1.0.0" };
const CAPABILITIES = { elicitation: { form: {} }, sampling: {} };
/** With the extension, every call of the stateless era may become a task, where its tool lets it. */
const STATELESS_CAPABILITIES = { ...CAPABILITIES, extensions: { "io.modelcontextprotocol/tasks": {} } };

export interface WireEvent {
  readonly id?: string;
  readonly data?: JsonObject;
}

/** What came back for one HTTP request, and from where. */
export class Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly #response: Response;
  readonly #abort: AbortController;
  #events: AsyncGenerator<WireEvent, undefined> | undefined;
  /** Of the last event that had one. */
  lastEventId = "";

  constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.headers = response.headers;
    this.#response = response;
    this.#abort = abort;
  }

  /** The node that answered, if a balancer was in between: the last one, where there were several. */
  get servedBy(): string {
    return (this.headers.get("x-served-by") ?? "").split(/,\s*/).at(-1) ?? "";
  }

  get isStream(): boolean {
    return this.headers.get("content-type")?.startsWith("text/event-stream") === true;
  }

  /** The next event that is a message, or nothing once the stream is over. */
  async next(): Promise<JsonObject | undefined> {
    for (;;) {
      const event = await this.nextEvent();
      if (event === undefined || event.data !== undefined) return event?.data;
    }
  }

  /** The next event, also one that only has an id. */
  async nextEvent(): Promise<WireEvent | undefined> {
    this.#events ??= eventsOf(this.#response);
    const { value } = await this.#events.next();
    if (value?.id !== undefined) this.lastEventId = value.id;
    return value;
  }

  /** Every message up to the end. */
  async rest(): Promise<readonly JsonObject[]> {
    const messages: JsonObject[] = [];
    for (;;) {
      const message = await this.next();
      if (message === undefined) return messages;
      messages.push(message);
    }
  }

  /** The response: the body, or the last message of the stream. */
  async response(): Promise<JsonObject> {
    if (this.isStream) return (await this.rest()).at(-1) ?? {};
    const text = await this.#response.text();
    // What is answered with is JSON, if it is not a stream.
    return text === "" ? {} : (JSON.parse(text) as JsonObject);
  }

  /** Cuts the connection. */
  cut(): void {
    this.#abort.abort();
  }
}

/** Sends requests as they are, to an endpoint of Streamable HTTP. */
export class Wire {
  readonly url: string;

  /** @param origin of a node, or of a balancer */
  constructor(origin: string) {
    this.url = `${origin}/mcp`;
  }

  async send(method: string, headers: Readonly<Record<string, string>>, message?: object): Promise<Answer> {
    const abort = new AbortController();
    const response = await fetch(this.url, {
      method,
      headers: {
        accept: method === "GET" ? "text/event-stream" : "application/json, text/event-stream",
        ...(message !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(message !== undefined && { body: JSON.stringify({ jsonrpc: "2.0", ...message }) }),
      signal: abort.signal,
    });
    return new Answer(response, abort);
  }

  /** A tool call that needs no session. */
  stateless(name: string, args: object = {}, more: JsonObject = {}): Promise<Answer> {
    return this.statelessly("tools/call", { name, arguments: args, ...more }, { "mcp-name": name });
  }

  /** A request of the stateless era. */
  statelessly(
    method: string,
    params: object = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const meta = {
      [Meta.protocolVersion]: STATELESS_REVISION,
      [Meta.clientInfo]: CLIENT,
      [Meta.clientCapabilities]: STATELESS_CAPABILITIES,
    };
    return this.send(
      "POST",
      { "mcp-protocol-version": STATELESS_REVISION, "mcp-method": method, ...headers },
      { id: 1, method, params: { ...params, _meta: meta } },
    );
  }

  /** Begins a session of the handshake era. @throws Error when it is refused */
  async begin(): Promise<Session> {
    const params = { protocolVersion: REVISION, capabilities: CAPABILITIES, clientInfo: CLIENT };
    const answer = await this.send("POST", {}, { id: 0, method: "initialize", params });
    const id = answer.headers.get("mcp-session-id");
    const response = await answer.response();
    if (id === null)
      throw new Error(`No session was begun: ${String(answer.status)} ${JSON.stringify(response)}`);
    const session = new Session(this, id, answer.servedBy);
    await session.post({ method: "notifications/initialized" });
    return session;
  }
}

/** A session of the handshake era, as its client has it. */
export class Session {
  readonly id: string;
  /** The node that it began on. */
  readonly begunAt: string;
  readonly #wire: Wire;
  readonly #ids: { last: number };

  constructor(wire: Wire, id: string, begunAt = "", ids = { last: 0 }) {
    this.#wire = wire;
    this.id = id;
    this.begunAt = begunAt;
    this.#ids = ids;
  }

  /** The id of the last request. */
  get lastId(): number {
    return this.#ids.last;
  }

  /** The same session, by another way; or another one. */
  at(origin: string, id = this.id): Session {
    return new Session(new Wire(origin), id, "", this.#ids);
  }

  post(message: object): Promise<Answer> {
    return this.#wire.send("POST", this.#headers, message);
  }

  request(method: string, params: object = {}): Promise<Answer> {
    return this.post({ id: ++this.#ids.last, method, params });
  }

  /** Calls a tool, and asks for progress. */
  call(name: string, args: object = {}): Promise<Answer> {
    const id = ++this.#ids.last;
    return this.post({
      id,
      method: "tools/call",
      params: { name, arguments: args, _meta: { progressToken: id } },
    });
  }

  /** @param after the last event that was seen of the stream that is to go on */
  get(after?: string): Promise<Answer> {
    return this.#wire.send("GET", {
      ...this.#headers,
      ...(after !== undefined && { "last-event-id": after }),
    });
  }

  delete(): Promise<Answer> {
    return this.#wire.send("DELETE", this.#headers);
  }

  get #headers(): Record<string, string> {
    return { "mcp-session-id": this.id, "mcp-protocol-version": REVISION };
  }
}

/** The events of a stream, to its end, whichever way that comes. */
async function* eventsOf({ body }: Response): AsyncGenerator<WireEvent, undefined> {
  if (body === null) return undefined;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    // It may be cut, here or at the other end.
    const { value } = await reader.read().catch(() => ({ value: undefined }));
    if (value === undefined) return undefined;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) yield eventOf(block);
  }
}

function eventOf(block: string): WireEvent {
  const id = /^id: (.+)$/m.exec(block)?.[1];
  const data = /^data: (.+)$/m.exec(block)?.[1];
  return {
    ...(id !== undefined && { id }),
    // What is sent is a message each time.
    ...(data !== undefined && { data: JSON.parse(data) as JsonObject }),
  };
}
