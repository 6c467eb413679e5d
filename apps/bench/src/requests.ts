import type { Era } from "./implementations.js";

const clientInfo = { name: "bench-client", version: "1.0.0" };

const statelessMeta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": clientInfo,
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** A JSON-RPC message without its `jsonrpc`. */
export type Message = Readonly<Record<string, unknown>>;

/** A message as JSON. */
export const encodeMessage = (message: Message): string => JSON.stringify({ jsonrpc: "2.0", ...message });

const encode = (message: Message): Buffer => Buffer.from(`${encodeMessage(message)}\n`);

const withMeta = (era: Era, params: Message): Message =>
  era === "stateless" ? { ...params, _meta: statelessMeta } : params;

/** One `tools/call`. */
export const callMessage = (era: Era, id: number, name: string, args: Message): Message => ({
  id,
  method: "tools/call",
  params: withMeta(era, { name, arguments: args }),
});

/** What a client says in the stateless era that has the extension for tasks. */
const statelessTaskMeta = {
  ...statelessMeta,
  "io.modelcontextprotocol/clientCapabilities": { extensions: { "io.modelcontextprotocol/tasks": {} } },
};

/** One `tools/call` that is to become a task; only the handshake era says how long it is to be kept, in ms. */
export function taskCallMessage(era: Era, id: number, name: string, args: Message, ttl?: number): Message {
  const params = { name, arguments: args };
  return era === "stateless"
    ? { id, method: "tools/call", params: { ...params, _meta: statelessTaskMeta } }
    : { id, method: "tools/call", params: { ...params, task: ttl === undefined ? {} : { ttl } } };
}

/** A request about a task. */
export const taskMessage = (era: Era, id: number, method: string, params: Message): Message => ({
  id,
  method,
  params: era === "stateless" ? { ...params, _meta: statelessTaskMeta } : params,
});

/** One `tools/list`. */
export const listMessage = (era: Era, id: number): Message => ({
  id,
  method: "tools/list",
  params: withMeta(era, {}),
});

/** The request that opens a connection, or a session, in the handshake era. */
export const initializeMessage = (protocolVersion: string): Message => ({
  id: "open",
  method: "initialize",
  params: { protocolVersion, capabilities: {}, clientInfo },
});

export const initializedMessage: Message = { method: "notifications/initialized" };

/** The newest revision of each era. */
export const newestRevision: Readonly<Record<Era, string>> = {
  handshake: "2025-11-25",
  stateless: "2026-07-28",
};

/** One `tools/call`, encoded with its newline. */
export const toolCall = (era: Era, id: number, name: string, args: Message): Buffer =>
  encode(callMessage(era, id, name, args));

/** The request that opens a connection in the handshake era, encoded with its newline. */
export const initialize: Buffer = encode(initializeMessage(newestRevision.handshake));

/** What follows its answer. */
export const initialized: Buffer = encode(initializedMessage);

/** The optional first request of the stateless era, encoded with its newline. */
export const discover: Buffer = encode({
  id: "open",
  method: "server/discover",
  params: { _meta: statelessMeta },
});

/**
 * Calls of `add`, encoded beforehand and laid out one after the other: any run of them is one slice. Ids count
 * from 1 and come round again, so the pool has to be larger than the number in flight.
 */
export class CallPool {
  readonly size: number;
  readonly #bytes: Buffer;
  readonly #starts: readonly number[];

  /** @param encodeCall makes one call what is sent; a line by default. */
  constructor(era: Era, size: number, encodeCall: (call: Message) => Buffer = encode) {
    this.size = size;
    const requests = Array.from({ length: size }, (_, index) =>
      encodeCall(callMessage(era, index + 1, "add", { a: index + 1, b: CallPool.addend })),
    );
    let position = 0;
    this.#starts = [
      0,
      ...requests.map((request) => {
        position += request.length;
        return position;
      }),
    ];
    this.#bytes = Buffer.concat(requests);
  }

  /** The second argument of every call. */
  static readonly addend = 1000;

  /** The text that answers the call with this id. */
  static answerTo(id: number): string {
    return String(id + CallPool.addend);
  }

  /** The calls from the `from`-th one on, `count` of them, as the fewest buffers. */
  slices(from: number, count: number): readonly Buffer[] {
    const start = from % this.size;
    const end = start + count;
    if (end <= this.size) return [this.#between(start, end)];
    return [this.#between(start, this.size), ...this.slices(0, end - this.size)];
  }

  #between(start: number, end: number): Buffer {
    return this.#bytes.subarray(this.#starts[start], this.#starts[end]);
  }
}
