import type { RequestBody } from "@towpath/mcp-core/http";
import {
  ErrorCode,
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
import type { Host, Visit } from "./host.js";
import { refuse } from "./refusals.js";
import { RefusedError } from "./refused-error.js";
import { findSession, seatAlone, seatOf, type Seat } from "./seats.js";
import { serve } from "./serving.js";
import type { Sessions } from "./sessions/sessions.js";

type Parsed =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "unreadable"; readonly error: ParseError; readonly id: RequestId | undefined };

const WHY_UNDELIVERED = {
  unknown: "it was never asked for, or came too late",
  lost: "whoever asked is gone",
} as const;

/** Takes what clients send (Streamable HTTP, Sending Messages). */
export class Post {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** @throws RefusedError, BodyError for what is no message */
  async handle(visit: Visit): Promise<void> {
    const { call } = visit;
    checkPostTypes(call.headers);
    const read = parsed(await call.body());
    try {
      if (read.kind === "unreadable") throw new RefusedError(400, read.error);
      const taken = this.#take(read.value, visit);
      if (isPromise(taken)) await taken;
    } catch (error) {
      refuse(call, error, visit.headers, (failure) => this.#host.report(failure), idOf(read));
    }
  }

  #take(value: unknown, visit: Visit): MaybePromise<void> {
    if (isRequest(value)) return this.#request(value, visit);
    if (isNotification(value)) return this.#notification(value, visit);
    if (isResponse(value)) return this.#response(value, visit);
    if (Array.isArray(value)) return this.#batch(value, visit);
    throw new RefusedError(400, invalidMessage(value));
  }

  #request(message: JsonRpcRequest, visit: Visit): MaybePromise<void> {
    const { sessions } = this.#host;
    if (isStateless(message, visit)) return this.#serve(message, visit, this.#alone(visit), "stateless");
    if (sessions === undefined) return this.#serve(message, visit, this.#alone(visit), "handshake");
    if (beginsSession(message, visit)) return this.#introduce(sessions, message, visit);
    return findSession(this.#host, visit).then((session) =>
      this.#serve(message, visit, seatOf(session), "handshake"),
    );
  }

  #serve(message: JsonRpcRequest, visit: Visit, seat: Seat, era: Era): MaybePromise<void> {
    const { id, method } = message;
    const begin = (exchange: HttpExchange): MaybePromise<Reply | undefined> =>
      seat.link.request(message, exchange);
    return serve(this.#host, visit, seat, { era, id, method, begin });
  }

  /** `initialize`: the session is there once its client has introduced itself (Session Management). */
  async #introduce(sessions: Sessions, message: JsonRpcRequest, visit: Visit): Promise<void> {
    const session = sessions.begin(visit.principal);
    const headers = { ...visit.headers, [SESSION_ID]: session.id };
    try {
      await serve(this.#host, { ...visit, headers }, seatOf(session), {
        era: "handshake",
        id: message.id,
        method: message.method,
        begin: (exchange) => session.link.request(message, exchange),
        finish: (exchange, reply) => {
          exchange.finish(reply, session.handshake === undefined ? visit.headers : headers);
        },
      });
    } finally {
      sessions.release(session);
    }
  }

  async #notification(message: JsonRpcNotification, visit: Visit): Promise<void> {
    const { call, headers } = visit;
    const stateless = isStateless(message, visit);
    if (!stateless) checkVersion(call.headers, this.#host.dispatcher);
    const { session, link } = stateless ? this.#alone(visit) : await this.#seat(visit);
    if (session !== undefined) {
      this.#host.sessions?.notify(session, message);
    } else {
      link.notify(message);
      void link.close({ kind: "closed" });
    }
    call.send(202, headers);
  }

  /** An answer is taken only if somebody waits for it. */
  async #response(message: JsonRpcResponse, visit: Visit): Promise<void> {
    checkVersion(visit.call.headers, this.#host.dispatcher);
    const { sessions } = this.#host;
    if (sessions === undefined || saysStateless(visit.call.headers))
      throw new RefusedError(400, "Nothing was asked of this client, so there is nothing to answer");
    const session = await findSession(this.#host, visit);
    const outcome = await session.link.answer(message);
    if (outcome !== "delivered")
      throw new RefusedError(400, `Nobody waits for this answer: ${WHY_UNDELIVERED[outcome]}`);
    visit.call.send(202, visit.headers);
  }

  async #batch(values: readonly unknown[], visit: Visit): Promise<void> {
    const { call } = visit;
    const stateless = saysStateless(call.headers) || values.some(namesStatelessVersion);
    const seat = stateless ? this.#alone(visit) : await this.#seat(visit);
    const { link, revision, session } = seat;
    const notify = (message: JsonRpcNotification): void => {
      if (session === undefined) link.notify(message);
      else this.#host.sessions?.notify(session, message);
    };
    const { maxBatch } = this.#host.settings.limits;
    return serve(this.#host, visit, seat, {
      era: "handshake",
      asks: values.some(isRequest),
      begin: (exchange) =>
        serveBatch(
          link,
          values,
          maxBatch,
          { serve: (message) => link.request(message, exchange), notify },
          link.revision ?? revision,
        ),
      finish: (exchange, reply) => {
        if (reply !== undefined) exchange.finish(asRefusal(reply));
        else if (exchange.streams) exchange.finish(undefined);
        else call.send(202, visit.headers);
      },
    });
  }

  #alone(visit: Visit): Seat {
    return seatAlone(this.#host.dispatcher, visit);
  }

  /** Where a message of the handshake era is taken. */
  async #seat(visit: Visit): Promise<Seat> {
    if (this.#host.sessions === undefined) return this.#alone(visit);
    return seatOf(await findSession(this.#host, visit));
  }
}

function parsed(body: RequestBody): Parsed {
  if (body.kind === "parsed") return { kind: "value", value: body.value };
  try {
    return { kind: "value", value: JSON.parse(body.text) as unknown };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "not JSON";
    const error = new ParseError(`Parse error: ${why}`);
    return { kind: "unreadable", error, id: readIdFromHead(body.text, "request") };
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
