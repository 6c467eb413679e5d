import type { JsonObject, RequestId } from "@towpath/mcp-core/transport";
import { onTestFinished } from "vitest";
import type { AnyMessage } from "@towpath/test-support/event-messages.js";
import { Events } from "@towpath/test-support/events.js";
import { HANDSHAKE, POST_HEADERS, type Headers as Plain } from "./requests.js";

export interface ClientStart {
  readonly revision?: string;
  /** Sent with every request. */
  readonly headers?: Plain;
  readonly capabilities?: JsonObject;
}

/** A client of the handshake era, in a session if it has begun one. Its connections end with its test. */
export class Client {
  readonly url: string;
  readonly revision: string;
  readonly #headers: Plain;
  #next = 1;

  constructor(url: string, { revision = HANDSHAKE, headers = {} }: ClientStart = {}) {
    this.url = url;
    this.revision = revision;
    this.#headers = { "mcp-protocol-version": revision, ...headers };
  }

  /** Introduces a client, in a session if the server keeps any. */
  static async begin(url: string, start: ClientStart = {}): Promise<Client> {
    const response = await initialize(url, start);
    const session = response.headers.get("mcp-session-id");
    await response.text();
    if (response.status !== 200) throw new Error(`initialize got ${String(response.status)}`);
    const headers = { ...start.headers, ...(session !== null && { "mcp-session-id": session }) };
    return new Client(url, { ...start, headers });
  }

  get session(): string {
    return this.#headers["mcp-session-id"] ?? "";
  }

  /** The same client at another node, or as somebody else. */
  at(url: string, headers: Plain = {}): Client {
    return new Client(url, { revision: this.revision, headers: { ...this.#headers, ...headers } });
  }

  post(message: object, headers: Plain = {}): Promise<Response> {
    return fetch(this.url, {
      method: "POST",
      headers: { ...POST_HEADERS, ...this.#headers, ...headers },
      body: JSON.stringify(message),
    });
  }

  /** Makes a request, and gives its response, whichever way it came. */
  async request(method: string, params: JsonObject = {}): Promise<AnyMessage> {
    const response = await this.post({ jsonrpc: "2.0", id: this.#next++, method, params });
    if (response.headers.get("content-type") === "text/event-stream") {
      const last = (await new Events(response, new AbortController()).rest()).at(-1);
      if (last === undefined) throw new Error("The stream ended without a response");
      return last;
    }
    return (await response.json()) as AnyMessage; // a server of ours sent it
  }

  /** Makes a request that is answered with a stream. */
  async open(method: string, params: JsonObject = {}, id: RequestId = this.#next++): Promise<Events> {
    const away = leaving();
    const response = await fetch(this.url, {
      method: "POST",
      headers: { ...POST_HEADERS, ...this.#headers },
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
      signal: away.signal,
    });
    return new Events(response, away);
  }

  /** Calls a tool with a progress token, and is answered with a stream. */
  call(name: string, args: JsonObject = {}, id: RequestId = this.#next++): Promise<Events> {
    const params = { name, arguments: args, _meta: { progressToken: id } };
    return this.open("tools/call", params, id);
  }

  /** Opens the stream outside any request, or resumes some stream. */
  async get(lastEventId?: string): Promise<Events> {
    const away = leaving();
    const response = await fetch(this.url, {
      headers: {
        accept: "text/event-stream",
        ...this.#headers,
        ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
      },
      signal: away.signal,
    });
    return new Events(response, away);
  }

  /** Answers a request of the server's. Gives the status. */
  async answer(id: RequestId | undefined, result: JsonObject): Promise<number> {
    return statusOf(await this.post({ jsonrpc: "2.0", id, result }));
  }

  async notify(method: string, params: JsonObject = {}): Promise<number> {
    return statusOf(await this.post({ jsonrpc: "2.0", method, params }));
  }

  /** Ends the session. Gives the status. */
  async end(): Promise<number> {
    return statusOf(await fetch(this.url, { method: "DELETE", headers: this.#headers }));
  }
}

export function initialize(url: string, start: ClientStart = {}): Promise<Response> {
  const { revision = HANDSHAKE, headers = {}, capabilities = { elicitation: {} } } = start;
  const clientInfo = { name: "test", version: "1" };
  return fetch(url, {
    method: "POST",
    headers: { ...POST_HEADERS, ...headers },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params: { protocolVersion: revision, capabilities, clientInfo },
    }),
  });
}

async function statusOf(response: Response): Promise<number> {
  await response.text();
  return response.status;
}

function leaving(): AbortController {
  const away = new AbortController();
  onTestFinished(() => away.abort());
  return away;
}
