import type { Dispatcher, Exchange, Link, Peer, ReadonlyHeaders } from "../../src/contract/index.js";
import { encode, type Outgoing } from "../../src/jsonrpc/encode.js";
import type { JsonObject, JsonValue, RequestId } from "../../src/jsonrpc/messages.js";
import { Meta } from "../../src/protocol/meta.js";
import type { Revision } from "../../src/protocol/revisions.js";

/** A message as it would be on the wire, with the members a test may look at. */
export interface Wire {
  readonly jsonrpc?: string;
  readonly id?: RequestId | null;
  readonly method?: string;
  readonly params?: JsonObject;
  readonly result?: JsonObject;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: JsonValue };
}

/** What a peer's side of a link has in hand: the link, what was pushed, and ways to speak either era. */
export interface TestLink {
  readonly link: Link;
  readonly peer: Peer;
  /** Messages outside any request. */
  readonly pushed: Wire[];
  /** Sends a request as it is; what comes before the response goes to `sent`. */
  request(method: string, params?: unknown, options?: RequestOptions): Promise<Wire | undefined>;
  /** The same with the metadata of the stateless era. */
  stateless(method: string, params?: JsonObject, options?: StatelessOptions): Promise<Wire | undefined>;
  notify(method: string, params?: JsonObject): void;
}

export interface RequestOptions {
  readonly id?: RequestId;
  readonly sent?: Wire[];
  readonly signal?: AbortSignal;
  readonly send?: Exchange["send"];
}

export interface StatelessOptions extends RequestOptions {
  readonly meta?: JsonObject;
  readonly capabilities?: JsonObject;
}

export const VERSION = "2026-07-28";

export function statelessMeta(capabilities: JsonObject = {}): JsonObject {
  return {
    [Meta.protocolVersion]: VERSION,
    [Meta.clientInfo]: { name: "tester", version: "1" },
    [Meta.clientCapabilities]: capabilities,
  };
}

export function headers(values: Readonly<Record<string, string>>): ReadonlyHeaders {
  const lower = new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
  return { get: (name) => lower.get(name.toLowerCase()) ?? null };
}

/** The headers that go with a request of the stateless era over HTTP, and others, or others instead. */
export function mirrorOf(
  method: string,
  name?: string,
  more: Readonly<Record<string, string>> = {},
): ReadonlyHeaders {
  const named = name !== undefined && { "Mcp-Name": name };
  return headers({ "MCP-Protocol-Version": VERSION, "Mcp-Method": method, ...named, ...more });
}

/** A peer, with the headers of all its requests. `push: null` stands for one that cannot be reached outside requests. */
export interface TestPeer extends Omit<Partial<Peer>, "push">, Pick<Exchange, "headers" | "mirrored"> {
  readonly push?: Peer["push"] | null;
}

let peers = 0;
let ids = 0;

/** Opens a link of a test's own. */
export function openLink(
  server: Dispatcher,
  { push, headers: seen, mirrored, ...peer }: TestPeer = {},
): TestLink {
  const pushed: Wire[] = [];
  const pushes = push ?? ((message: Outgoing) => void pushed.push(wire(message)));
  const full: Peer = {
    id: `test-${String(++peers)}`,
    transport: "test",
    ...peer,
    ...(push !== null && { push: pushes }),
  };
  const link = server.open(full);
  const request: TestLink["request"] = async (method, params, { id = ++ids, sent, signal, send } = {}) => {
    const exchange: Exchange = {
      send: send ?? ((message) => void sent?.push(wire(message))),
      ...(seen !== undefined && { headers: seen }),
      ...(mirrored !== undefined && { mirrored }),
      ...(signal !== undefined && { signal }),
    };
    // Anything may come over the wire, whatever the type of a request says.
    const message = {
      jsonrpc: "2.0",
      id,
      method,
      ...(params !== undefined && { params: params as JsonObject }),
    } as const;
    const reply = await link.request(message, exchange);
    return reply === undefined ? undefined : wire(reply);
  };
  return {
    link,
    peer: full,
    pushed,
    request,
    stateless: (method, params = {}, { meta, capabilities, ...options } = {}) =>
      request(method, { ...params, _meta: { ...statelessMeta(capabilities), ...meta } }, options),
    notify: (method, params) => {
      link.notify({ jsonrpc: "2.0", method, ...(params !== undefined && { params }) });
    },
  };
}

/** A link that has made its handshake. */
export async function handshaken(
  server: Dispatcher,
  revision: Revision = "2025-11-25",
  options: { readonly capabilities?: JsonObject; readonly peer?: Parameters<typeof openLink>[1] } = {},
): Promise<TestLink> {
  const opened = openLink(server, options.peer);
  const reply = await opened.request("initialize", initializeParams(revision, options.capabilities));
  if (reply?.error !== undefined) throw new Error(reply.error.message);
  opened.notify("notifications/initialized");
  return opened;
}

export function initializeParams(protocolVersion: string, capabilities: JsonObject = {}): JsonObject {
  return { protocolVersion, capabilities, clientInfo: { name: "tester", version: "1" } };
}

/** A message as it is on the wire. */
export function wire(message: Outgoing): Wire {
  return JSON.parse(encode(message)) as Wire; // what the server sends, to be looked at member by member
}

/** Lets everything that is already due happen, timers aside. */
export async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
