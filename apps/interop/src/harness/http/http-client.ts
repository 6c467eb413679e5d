import { eraOf, type JsonObject, type JsonValue, type Revision } from "@towpath/mcp-core";
import type { OutgoingHttpHeaders } from "node:http";
import { ABLE, INFO, requestIn, type RequestExtras } from "../client.js";
import type { RawText } from "../harness.js";
import { mirrored } from "./headers.js";
import type { HttpServer } from "./http-server.js";
import type { HttpReply } from "./reply.js";

export interface HttpExtras extends RequestExtras {
  /** Added to what the message asks for, or put in place of it; `undefined` takes a header away. */
  readonly headers?: OutgoingHttpHeaders;
}

/** Speaks one revision over HTTP, and hands out every answer as it is. */
export class HttpClient {
  readonly server: HttpServer;
  readonly revision: Revision;
  /** Sent with everything. */
  readonly #always: OutgoingHttpHeaders;
  #session: string | undefined;
  #nextId = 1;

  constructor(server: HttpServer, revision: Revision, always: OutgoingHttpHeaders = {}) {
    this.server = server;
    this.revision = revision;
    this.#always = always;
  }

  get isStateless(): boolean {
    return eraOf(this.revision) === "stateless";
  }

  get session(): string | undefined {
    return this.#session;
  }

  /** `initialize` and what follows it; nothing in the stateless era. */
  async introduce(): Promise<this> {
    if (this.isStateless) return this;
    const reply = await this.greet();
    const session = reply.headers["mcp-session-id"];
    if (typeof session === "string") this.#session = session;
    await reply.result();
    await (await this.notify("notifications/initialized")).text();
    return this;
  }

  greet(headers: OutgoingHttpHeaders = {}): Promise<HttpReply> {
    const params = { protocolVersion: this.revision, capabilities: ABLE, clientInfo: INFO };
    const body = requestIn(this.revision, "initialize", params, { id: this.#nextId++ });
    return this.server.send({ body, headers: { ...this.#always, ...headers } });
  }

  message(method: string, params: JsonObject = {}, { id, meta }: RequestExtras = {}) {
    return requestIn(this.revision, method, params, { id: id ?? this.#nextId++, ...(meta && { meta }) });
  }

  /** Posts a request. Settles when the head of the answer is there. */
  request(method: string, params?: JsonObject, { headers, ...extras }: HttpExtras = {}): Promise<HttpReply> {
    return this.post(this.message(method, params, extras), headers);
  }

  call(name: string, args: JsonObject = {}, extras?: HttpExtras): Promise<HttpReply> {
    return this.request("tools/call", { name, arguments: args }, extras);
  }

  notify(method: string, params: JsonObject = {}, headers?: OutgoingHttpHeaders): Promise<HttpReply> {
    return this.post({ jsonrpc: "2.0", method, params }, headers);
  }

  post(body: JsonObject, headers?: OutgoingHttpHeaders): Promise<HttpReply> {
    const own = this.isStateless ? mirrored(body, this.revision) : this.#ofSession();
    return this.server.send({ body, headers: { ...this.#always, ...own, ...headers } });
  }

  /** Posts what need not be a message. */
  postRaw(body: JsonValue | RawText, headers?: OutgoingHttpHeaders): Promise<HttpReply> {
    return this.server.send({ body, headers: { ...this.#always, ...this.#ofSession(), ...headers } });
  }

  get(headers?: OutgoingHttpHeaders): Promise<HttpReply> {
    return this.#bodiless("GET", headers);
  }

  delete(headers?: OutgoingHttpHeaders): Promise<HttpReply> {
    return this.#bodiless("DELETE", headers);
  }

  /** Comes back for a stream whose connection broke. */
  resume(lastEventId: string, headers?: OutgoingHttpHeaders): Promise<HttpReply> {
    return this.get({ ...headers, "last-event-id": lastEventId });
  }

  #bodiless(method: string, headers?: OutgoingHttpHeaders): Promise<HttpReply> {
    return this.server.send({ method, headers: { ...this.#always, ...this.#ofSession(), ...headers } });
  }

  #ofSession(): OutgoingHttpHeaders {
    return {
      ...(this.revision !== "2025-03-26" && { "mcp-protocol-version": this.revision }),
      ...(this.#session !== undefined && { "mcp-session-id": this.#session }),
    };
  }
}
