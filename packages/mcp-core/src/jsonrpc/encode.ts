import type {
  JsonObject,
  JsonRpcErrorObject,
  JsonRpcMessage,
  JsonRpcResponse,
  RequestId,
} from "./messages.js";

/** A message whose JSON text exists already. */
export interface PreEncoded {
  readonly json: string;
  /** The same on every node that sends this message, and on no other message; absent where one node alone does. */
  readonly key?: string | undefined;
}

/** What may be sent: a message, or one that was encoded ahead of time, once for many receivers. */
export type Outgoing = JsonRpcMessage | PreEncoded;

/**
 * The one response that ends an exchange, as text. `error` is there when it is an error response, for
 * transports that map codes to a status of their own.
 */
export interface Reply extends PreEncoded {
  readonly error?: JsonRpcErrorObject;
  /** Whether the request was refused for what it is, before any method saw it. */
  readonly refused?: true;
}

/** A result encoded once; every reply that carries it adds only its own id. */
export class EncodedResult {
  readonly value: JsonObject;
  readonly json: string;

  constructor(value: JsonObject, json = JSON.stringify(value)) {
    this.value = value;
    this.json = json;
  }
}

/** @throws TypeError when the message holds something JSON cannot carry (a BigInt, a cycle). */
export function encode(message: Outgoing): string {
  return "json" in message ? message.json : JSON.stringify(message);
}

function encodeId(id: RequestId): string {
  return typeof id === "number" ? String(id) : JSON.stringify(id);
}

export function resultReply(id: RequestId, resultJson: string): Reply {
  return { json: `{"jsonrpc":"2.0","id":${encodeId(id)},"result":${resultJson}}` };
}

/** `id` is `undefined` or `null` where the request's id could not be read; `undefined` leaves it out. */
export function errorReply(id: RequestId | null | undefined, error: JsonRpcErrorObject): Reply {
  const message: JsonRpcResponse =
    id === undefined ? { jsonrpc: "2.0", error } : { jsonrpc: "2.0", id, error };
  return { json: JSON.stringify(message), error };
}

/** Encodes a notification once. */
export function encodeNotification(method: string, params?: JsonObject, key?: string): PreEncoded {
  const json = JSON.stringify(
    params === undefined ? { jsonrpc: "2.0", method } : { jsonrpc: "2.0", method, params },
  );
  return key === undefined ? { json } : { json, key };
}
