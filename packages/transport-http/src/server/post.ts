import type { RequestBody } from "@towpath/mcp-core/http";
import { RefusedError, type Visit } from "@towpath/mcp-core/http-server";
import {
  ErrorCode,
  fireAndForget,
  invalidMessage,
  isNotification,
  isPromise,
  isRequest,
  isResponse,
  looksLikeResponse,
  namesStatelessVersion,
  ParseError,
  readableId,
  readIdFromHead,
  serveBatch,
  type AnswerOutcome,
  type Era,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type MaybePromise,
  type Reply,
  type RequestId,
} from "@towpath/mcp-core/transport";
import { checkPostTypes, checkVersion, saysStateless, SESSION_ID } from "./headers.js";
import type { HttpExchange } from "./exchange.js";
import type { EndpointParts } from "./endpoint-parts.js";
import { findSession, seatAlone, seatOf, type Seat } from "./seats.js";
import { serve } from "./serving.js";
import type { Session } from "./sessions/session.js";
import type { Sessions } from "./sessions/sessions.js";

type Parsed =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "unreadable"; readonly error: ParseError; readonly id: RequestId | undefined };

/** What is said of an answer that nobody takes. */
const UNDELIVERED: Readonly<Record<Exclude<AnswerOutcome, "delivered">, readonly [number, string]>> = {
  unknown: [400, "Nobody waits for this answer: it was never asked for, or came too late"],
  lost: [400, "Nobody waits for this answer: whoever asked is gone"],
  unavailable: [503, "Whoever waits for this answer cannot be told just now"],
};

/**
 * Takes what a client sends (Streamable HTTP, Sending Messages).
 * @throws RefusedError, BodyError for what is no message
 */
export async function post(endpoint: EndpointParts, visit: Visit): Promise<void> {
  const { call } = visit;
  checkPostTypes(call.headers);
  const read = parsed(await call.body());
  try {
    if (read.kind === "unreadable") throw new RefusedError(400, read.error);
    const taken = take(endpoint, visit, read.value);
    if (isPromise(taken)) await taken;
  } catch (error) {
    endpoint.gate.refuse(visit, error, idOf(read));
  }
}

function take(endpoint: EndpointParts, visit: Visit, value: unknown): MaybePromise<void> {
  if (isRequest(value)) return takeRequest(endpoint, visit, value);
  if (isNotification(value)) return takeNotification(endpoint, visit, value);
  if (isResponse(value)) return takeResponse(endpoint, visit, value);
  if (Array.isArray(value)) return takeBatch(endpoint, visit, value);
  throw new RefusedError(400, invalidMessage(value));
}

function takeRequest(endpoint: EndpointParts, visit: Visit, message: JsonRpcRequest): MaybePromise<void> {
  const { dispatcher, sessions } = endpoint;
  if (isStateless(message, visit))
    return serveRequest(endpoint, visit, seatAlone(dispatcher, visit), message, "stateless");
  if (sessions === undefined)
    return serveRequest(endpoint, visit, seatAlone(dispatcher, visit), message, "handshake");
  if (beginsSession(message, visit)) return introduce(endpoint, sessions, visit, message);
  const found = findSession(endpoint, visit);
  const serveIn = (session: Session): MaybePromise<void> =>
    serveRequest(endpoint, visit, seatOf(session), message, "handshake");
  return isPromise(found) ? found.then(serveIn) : serveIn(found);
}

function serveRequest(
  endpoint: EndpointParts,
  visit: Visit,
  seat: Seat,
  message: JsonRpcRequest,
  era: Era,
): MaybePromise<void> {
  const begin = (exchange: HttpExchange): MaybePromise<Reply | undefined> => exchange.request(message);
  return serve(endpoint, visit, seat, { era, method: message.method, requests: 1, ids: [message.id], begin });
}

/** `initialize`: the session is there once its client has introduced itself (Session Management). */
async function introduce(
  endpoint: EndpointParts,
  sessions: Sessions,
  visit: Visit,
  message: JsonRpcRequest,
): Promise<void> {
  const session = sessions.begin(visit.principal);
  const headers = { ...visit.headers, [SESSION_ID]: session.id };
  try {
    await serve(endpoint, { ...visit, headers }, seatOf(session), {
      era: "handshake",
      method: message.method,
      requests: 1,
      ids: [message.id],
      begin: (exchange) => exchange.request(message),
      finish: (exchange, reply) => {
        exchange.finish(reply, reply?.error === undefined ? headers : visit.headers);
      },
    });
  } finally {
    sessions.release(session);
  }
}

async function takeNotification(
  endpoint: EndpointParts,
  visit: Visit,
  message: JsonRpcNotification,
): Promise<void> {
  const { call, headers } = visit;
  const stateless = isStateless(message, visit);
  if (!stateless) checkVersion(call.headers, endpoint.dispatcher);
  const { session, link } = stateless
    ? seatAlone(endpoint.dispatcher, visit)
    : await findSeat(endpoint, visit);
  if (session !== undefined) {
    await endpoint.sessions?.notify(session, message);
  } else {
    link.notify(message);
    void link.close({ kind: "closed" });
  }
  call.send(202, headers);
}

/** An answer is taken only if somebody waits for it. */
async function takeResponse(endpoint: EndpointParts, visit: Visit, message: JsonRpcResponse): Promise<void> {
  const { call, headers } = visit;
  checkVersion(call.headers, endpoint.dispatcher);
  if (endpoint.sessions === undefined || saysStateless(call.headers))
    throw new RefusedError(400, "Nothing was asked of this client, so there is nothing to answer");
  const session = await findSession(endpoint, visit);
  checkDelivered(await session.link.answer(message));
  call.send(202, headers);
}

async function takeBatch(endpoint: EndpointParts, visit: Visit, values: readonly unknown[]): Promise<void> {
  const { call } = visit;
  const stateless = saysStateless(call.headers) || values.some(namesStatelessVersion);
  const seat = stateless ? seatAlone(endpoint.dispatcher, visit) : await findSeat(endpoint, visit);
  const { link, revision, session } = seat;
  const notified: Promise<void>[] = [];
  const notify = (message: JsonRpcNotification): void => {
    if (session === undefined) {
      link.notify(message);
      return;
    }
    const told = endpoint.sessions?.notify(session, message);
    if (!isPromise(told)) return;
    notified.push(told);
    fireAndForget(() => told); // looked at below
  };
  const { maxBatch } = endpoint.settings.limits;
  const told = { alone: false };
  const requests = values.filter(isRequest);
  const answers: MaybePromise<AnswerOutcome>[] = [];
  const answer = (message: JsonRpcResponse): void => void answers.push(link.answer(message));
  await serve(endpoint, visit, seat, {
    era: "handshake",
    requests: values.length > maxBatch ? 0 : requests.length,
    ids: requests.map(({ id }) => id),
    begin: (exchange) => {
      const handlers = { serve: (message: JsonRpcRequest) => exchange.request(message), notify, answer };
      return serveBatch(link, values, maxBatch, handlers, link.revision ?? revision);
    },
    finish: (exchange, reply) => {
      if (reply !== undefined) exchange.finish(asRefusal(reply));
      else if (exchange.streams) exchange.finish(undefined);
      else told.alone = true;
    },
  });
  if (!told.alone) {
    Promise.all(notified).catch((error: unknown) => endpoint.report(error));
    return;
  }
  await Promise.all(notified);
  for (const outcome of answers) checkDelivered(await outcome);
  call.send(202, visit.headers);
}

/** @throws RefusedError for an answer that nobody waits for */
function checkDelivered(outcome: AnswerOutcome): void {
  if (outcome !== "delivered") throw new RefusedError(...UNDELIVERED[outcome]);
}

/** Where a message of the handshake era is taken. */
async function findSeat(endpoint: EndpointParts, visit: Visit): Promise<Seat> {
  if (endpoint.sessions === undefined) return seatAlone(endpoint.dispatcher, visit);
  return seatOf(await findSession(endpoint, visit));
}

/** A host may have read a body without parsing it; no message is a text, or bytes. */
function parsed(body: RequestBody): Parsed {
  if (body.kind === "text") return parse(body.text);
  const { value } = body;
  if (typeof value === "string") return parse(value);
  return value instanceof Uint8Array ? parse(new TextDecoder().decode(value)) : { kind: "value", value };
}

function parse(text: string): Parsed {
  try {
    return { kind: "value", value: JSON.parse(text) as unknown };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "not JSON";
    const error = new ParseError(`Parse error: ${why}`);
    return { kind: "unreadable", error, id: readIdFromHead(text, "request") };
  }
}

/** The id that an error answers; that of an answer is the asker's, and may be one of the client's own, too. */
function idOf(read: Parsed): RequestId | undefined {
  if (read.kind === "unreadable") return read.id;
  return looksLikeResponse(read.value) ? undefined : readableId(read.value);
}

function isStateless(message: unknown, { call }: Visit): boolean {
  return saysStateless(call.headers) || namesStatelessVersion(message);
}

function beginsSession({ method }: JsonRpcRequest, { call }: Visit): boolean {
  return method === "initialize" && call.headers.get(SESSION_ID) === null;
}

/** A batch that is refused as a whole comes with a code; one that was served has errors inside at most. */
function asRefusal(reply: Reply): Reply {
  return reply.error?.code === ErrorCode.invalidRequest ? { ...reply, refused: true } : reply;
}
