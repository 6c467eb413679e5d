import { eraOf, Meta, type JsonObject, type RequestId, type Revision } from "@towpath/mcp-core";
import type { RawPeer } from "./harness.js";
import type { Matches, Message } from "./inbox.js";

export const INFO = { name: "raw-client", version: "0.1.0" };

/** What a client declares that can be asked anything. */
export const ABLE = {
  elicitation: { form: {}, url: {} },
  sampling: { tools: {}, context: {} },
  roots: { listChanged: true },
} as const satisfies JsonObject;

export interface RequestExtras {
  readonly id?: RequestId;
  /** Added to `_meta`, or put in place of what is there; `undefined` takes a member away. */
  readonly meta?: JsonObject;
}

/** Speaks one revision over a raw peer: fills in what each request of it has to carry, and nothing else. */
export class RawClient {
  readonly peer: RawPeer;
  readonly revision: Revision;
  #nextId = 1000;

  constructor(peer: RawPeer, revision: Revision) {
    this.peer = peer;
    this.revision = revision;
  }

  get isStateless(): boolean {
    return eraOf(this.revision) === "stateless";
  }

  /** `initialize` in the handshake era; nothing in the other. Returns the answer, if there is one. */
  async introduce(capabilities: JsonObject = {}): Promise<Message | undefined> {
    if (this.isStateless) return undefined;
    const params = { protocolVersion: this.revision, capabilities, clientInfo: INFO };
    const answer = await this.request("initialize", params);
    this.notify("notifications/initialized");
    return answer;
  }

  /** Sends a request, and returns its id. */
  send(method: string, params: JsonObject = {}, extras: RequestExtras = {}): RequestId {
    const message = this.message(method, params, extras);
    this.peer.send(message);
    return message.id;
  }

  /** The request that `send` would send. */
  message(method: string, params: JsonObject = {}, { id, meta }: RequestExtras = {}) {
    return requestIn(this.revision, method, params, { id: id ?? this.#nextId++, ...(meta && { meta }) });
  }

  /** Sends a request, and waits for its response. */
  request(method: string, params?: JsonObject, extras?: RequestExtras): Promise<Message> {
    return this.response(this.send(method, params, extras));
  }

  response(id: RequestId): Promise<Message> {
    return this.peer.next(isResponseTo(id));
  }

  /** Sends `tools/call`, and returns its id. */
  sendCall(name: string, args: JsonObject = {}, extras?: RequestExtras): RequestId {
    return this.send("tools/call", { name, arguments: args }, extras);
  }

  call(name: string, args?: JsonObject, extras?: RequestExtras): Promise<Message> {
    return this.response(this.sendCall(name, args, extras));
  }

  /** The text a tool answers with. */
  async text(name: string, args?: JsonObject, extras?: RequestExtras): Promise<string> {
    return textOf(await this.call(name, args, extras));
  }

  notify(method: string, params?: JsonObject): void {
    this.peer.send({ jsonrpc: "2.0", method, ...(params !== undefined && { params }) });
  }

  cancel(requestId: RequestId, reason = "no longer needed"): void {
    if (this.isStateless && this.peer.abandon !== undefined) this.peer.abandon(requestId);
    else this.notify("notifications/cancelled", { requestId, reason });
  }

  /** All that arrived unread before the answer to a request that is sent now, and that takes the server a turn. */
  async settled(): Promise<readonly Message[]> {
    const id = this.sendCall("report", { values: [1] });
    return (await this.peer.until(isResponseTo(id))).slice(0, -1);
  }
}

/** A request with what each of its revision has to carry. */
export function requestIn(
  revision: Revision,
  method: string,
  params: JsonObject,
  { id, meta }: RequestExtras & { readonly id: RequestId },
) {
  const own = eraOf(revision) === "stateless" ? statelessMeta(revision) : {};
  const _meta = { ...own, ...meta };
  const full = Object.keys(_meta).length > 0 ? { ...params, _meta } : params;
  return { jsonrpc: "2.0" as const, id, method, params: full };
}

export function statelessMeta(version: string): JsonObject {
  return { [Meta.protocolVersion]: version, [Meta.clientInfo]: INFO, [Meta.clientCapabilities]: {} };
}

export function isResponseTo(id: RequestId): Matches {
  return (message) => message.method === undefined && message.id === id;
}

export function isNotification(method: string): Matches {
  return (message) => message.method === method;
}

/** @throws Error when the response has no text */
export function textOf({ result, error }: Message): string {
  const [first] = (result?.["content"] ?? []) as readonly JsonObject[];
  if (typeof first?.["text"] === "string") return first["text"];
  throw new Error(`There is no text in ${JSON.stringify(result ?? error)}`);
}
