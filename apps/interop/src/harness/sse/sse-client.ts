import type { OutgoingHttpHeaders } from "node:http";
import type { JsonObject, JsonValue, Revision } from "@towpath/mcp-core";
import { ABLE, INFO, requestIn, type RequestExtras } from "../client.js";
import type { StreamEvent } from "../http/events.js";
import type { HttpReply } from "../http/reply.js";
import type { HttpServer } from "../http/http-server.js";
import type { RawText } from "../harness.js";
import type { Message } from "../inbox.js";

/** Speaks over HTTP+SSE, and hands out every event and every answer as it is. */
export class SseClient {
  readonly server: HttpServer;
  readonly revision: Revision;
  readonly stream: HttpReply;
  /** The first event of the stream. */
  readonly first: StreamEvent;
  readonly #always: OutgoingHttpHeaders;
  #nextId = 1;

  static async open(
    server: HttpServer,
    revision: Revision,
    always: OutgoingHttpHeaders = {},
  ): Promise<SseClient> {
    const stream = await server.send({ method: "GET", headers: always });
    const first = stream.isStream ? await stream.event() : undefined;
    if (first === undefined) throw new Error(`There is no event stream: ${String(stream.status)}`);
    return new SseClient(server, revision, stream, first, always);
  }

  private constructor(
    server: HttpServer,
    revision: Revision,
    stream: HttpReply,
    first: StreamEvent,
    always: OutgoingHttpHeaders,
  ) {
    this.server = server;
    this.revision = revision;
    this.stream = stream;
    this.first = first;
    this.#always = always;
  }

  /** Where messages go, as path and query. */
  get endpoint(): string {
    const { pathname, search } = new URL(this.first.data ?? "", this.server.url);
    return `${pathname}${search}`;
  }

  /** `initialize` and what follows it. */
  async introduce(): Promise<this> {
    const params = { protocolVersion: this.revision, capabilities: ABLE, clientInfo: INFO };
    await this.request("initialize", params);
    await (await this.post({ jsonrpc: "2.0", method: "notifications/initialized" })).text();
    return this;
  }

  message(method: string, params: JsonObject = {}, { id, meta }: RequestExtras = {}) {
    return requestIn(this.revision, method, params, { id: id ?? this.#nextId++, ...(meta && { meta }) });
  }

  /** Posts what need not be a message. */
  post(body: JsonValue | RawText, headers?: OutgoingHttpHeaders): Promise<HttpReply> {
    return this.server.send({ path: this.endpoint, body, headers: { ...this.#always, ...headers } });
  }

  /** Posts a request, and waits for the next message of the stream, which has to be its response. */
  async request(method: string, params?: JsonObject): Promise<Message> {
    const message = this.message(method, params);
    await (await this.post(message)).text();
    const response = await this.stream.next();
    if (response?.id !== message.id) throw new Error(`No response, but ${JSON.stringify(response)}`);
    return response;
  }

  call(name: string, args: JsonObject = {}): Promise<Message> {
    return this.request("tools/call", { name, arguments: args });
  }
}
