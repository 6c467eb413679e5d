import type { RequestBody } from "@towpath/mcp-core/http";
import {
  BusyError,
  InvalidRequestError,
  invalidMessage,
  isNotification,
  isRequest,
  isResponse,
  LISTEN,
  looksLikeResponse,
  ParseError,
  PING,
  readableId,
  readIdFromHead,
  refusalOfBatch,
  ShuttingDownError,
  type ProtocolError,
  type RequestId,
} from "@towpath/mcp-core/transport";
import type { Session } from "./session.js";
import type { Sessions } from "./sessions.js";

/** What a client has sent. */
export type Sent =
  | { readonly kind: "text"; readonly text: string }
  // A host has parsed it, and nothing is known of its length but what its client said.
  | { readonly kind: "value"; readonly value: unknown };

/** What becomes of it: it is taken, or refused with a status. */
export type Examined =
  | { readonly kind: "message"; readonly value: unknown; readonly bytes: number }
  | { readonly kind: "refused"; readonly refusal: MessageRefusal };

export interface MessageRefusal {
  readonly status: number;
  readonly error: ProtocolError;
  /** Of the message, where it could be read. */
  readonly id?: RequestId | undefined;
}

/** A host may have read a body without parsing it; no message is a text, or bytes. */
export function sentIn(body: RequestBody): Sent {
  if (body.kind === "text") return body;
  const { value } = body;
  if (typeof value === "string") return { kind: "text", text: value };
  return value instanceof Uint8Array
    ? { kind: "text", text: new TextDecoder().decode(value) }
    : { kind: "value", value };
}

/** Looks at what a client has sent into its session, before anything is done with it. */
export function examine(sessions: Sessions, session: Session, sent: Sent): Examined {
  const bytes = sent.kind === "text" ? sent.text.length : 0;
  let value: unknown;
  try {
    value = sent.kind === "text" ? JSON.parse(sent.text) : sent.value;
  } catch (cause) {
    return noJson(session, sent.kind === "text" ? sent.text : "", cause);
  }
  if (isRequest(value)) return examineRequests(sessions, value, isCounted(value.method) ? 1 : 0, bytes);
  if (isNotification(value) || isResponse(value)) return { kind: "message", value, bytes };
  if (Array.isArray(value)) return examineBatch(sessions, session, value, bytes);
  return noMessage(session, value);
}

/** Pings and subscriptions are bounded otherwise. */
function isCounted(method: string): boolean {
  return method !== PING && method !== LISTEN;
}

function examineBatch(
  sessions: Sessions,
  { connection }: Session,
  values: readonly unknown[],
  bytes: number,
): Examined {
  const why = refusalOfBatch(connection.revision, values, sessions.connectionLimits.maxBatch);
  if (why !== undefined) return refused(400, new InvalidRequestError(why));
  const requests = values.filter(isRequest);
  if (requests.length === 0) return { kind: "message", value: values, bytes };
  return examineRequests(sessions, values, requests.filter(({ method }) => isCounted(method)).length, bytes);
}

/** @param counted how many of them need room among those of all sessions */
function examineRequests(
  { draining, load }: Sessions,
  value: unknown,
  counted: number,
  bytes: number,
): Examined {
  const id = readableId(value);
  if (draining) return refused(503, new ShuttingDownError(), id);
  if (counted === 0 || load.hasRoom(counted, bytes)) return { kind: "message", value, bytes };
  return refused(503, new BusyError("Too many requests of all sessions are in flight (maxInFlight)"), id);
}

function noJson({ connection }: Session, text: string, cause: unknown): Examined {
  const why = cause instanceof Error ? cause.message : "not JSON";
  const error = new ParseError(`Parse error: ${why}`);
  // Whoever asked is told, and does not wait in vain for an answer that came garbled.
  if (readIdFromHead(text, "response") !== undefined) connection.refuse(error, text);
  return refused(400, error, readIdFromHead(text, "request"));
}

function noMessage({ connection }: Session, value: unknown): Examined {
  const error = invalidMessage(value);
  const id = readableId(value);
  if (!looksLikeResponse(value)) return refused(400, error, id);
  // As above. The id is the asker's, and may be one of the client's own, too.
  if (id !== undefined) connection.receiveValue(value);
  return refused(400, error);
}

function refused(status: number, error: ProtocolError, id?: RequestId): Examined {
  return { kind: "refused", refusal: { status, error, id } };
}
