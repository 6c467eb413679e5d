import type { AnswerOutcome, CloseReason, Exchange, Link, Peer } from "../contract/index.js";
import { errorReply, type Reply } from "../jsonrpc/encode.js";
import { InternalError, InvalidParamsError, ProtocolError } from "../jsonrpc/errors.js";
import { describe, isObject } from "../jsonrpc/guards.js";
import type {
  JsonObject,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  RequestId,
} from "../jsonrpc/messages.js";
import { BusyError } from "../protocol/errors.js";
import { progressTokenField } from "../protocol/fields.js";
import type { Handshake } from "../protocol/handshake.js";
import { isPromise, type MaybePromise } from "../protocol/promises.js";
import type { ElicitUrlParams } from "../protocol/question-types.js";
import type { Revision } from "../protocol/revisions.js";
import type { AskingServices } from "./asking/services.js";
import { Asks } from "./asking/asks.js";
import { handshakeCaller, statelessCaller, statelessVersion, unintroducedCaller } from "./caller.js";
import type { Caller } from "../extension/caller.js";
import { StateUnavailableError } from "../state/errors.js";
import { awayError } from "./away-error.js";
import { LinkChanges } from "./changes/link-changes.js";
import type { LinkScope } from "./link-scope.js";
import { recipientOf } from "./recipient.js";
import { RequestContext } from "./request-context.js";
import type { ServerCore } from "./core.js";
import type { MethodResult } from "../extension/server.js";
import type { ServedMethod } from "./methods.js";
import { checkMethodHeader, checkParamsHeaders } from "./mirroring/request-headers.js";

const NO_PARAMS: JsonObject = {};

/** Handlers of cancelled requests that may still be running, because they ignore their signal. */
const MAX_ABANDONED = 1024;

/** One peer of a server: what it agreed on, and what it has in flight. */
export class ServerLink implements Link, LinkScope {
  readonly peer: Peer;
  readonly revisions: readonly Revision[];
  readonly #core: ServerCore;
  // A link may serve a single request, and most of them need none of these.
  #inFlight: Set<RequestContext> | undefined;
  #asks: Asks | undefined;
  #changes: LinkChanges | undefined;
  #handshake: Handshake | undefined;
  #caller: Caller | undefined;
  #closed: CloseReason | undefined;
  /** Handlers that have not ended, those of cancelled requests included. */
  #running = 0;
  #allEnded: (() => void) | undefined;

  constructor(core: ServerCore, peer: Peer) {
    this.#core = core;
    this.peer = peer;
    this.revisions = core.revisionsOver(peer.revisions);
    if (peer.session?.handshake !== undefined) this.#adopt(peer.session.handshake);
  }

  get revision(): Revision | undefined {
    return this.#handshake?.revision;
  }

  get handshake(): Handshake | undefined {
    return this.#handshake;
  }

  get asks(): Asks {
    if (this.#asks === undefined) {
      this.#asks = asksOf(this.peer, this.#core);
      if (this.#closed !== undefined) this.#asks.close(this.#closed);
    }
    return this.#asks;
  }

  get asking(): AskingServices {
    return this.#core.asking;
  }

  get logs(): boolean {
    return this.#core.options.logging ?? true;
  }

  introduce(handshake: Handshake): MaybePromise<void> {
    this.#adopt(handshake);
    return this.peer.session?.remember(handshake);
  }

  withElicitationId(params: ElicitUrlParams): ElicitUrlParams {
    const elicitationId = params.elicitationId ?? crypto.randomUUID();
    this.#lasting.opened(elicitationId);
    return { ...params, elicitationId };
  }

  report(error: unknown): void {
    this.#core.report(error);
  }

  request(message: JsonRpcRequest, exchange: Exchange): MaybePromise<Reply | undefined> {
    if (this.#closed !== undefined) return undefined;
    let params: JsonObject;
    let caller: Caller;
    let method: ServedMethod;
    let admitted: Promise<void> | undefined;
    try {
      admitted = this.#core.rateLimiter?.admit(message.method, this.peer, exchange);
      params = paramsOf(message);
      caller = this.#identify(message.method, params, exchange);
      const principal = exchange.principal ?? this.peer.principal;
      method = this.#core.offered.method(message.method, caller, principal, this.revisions);
      if (exchange.mirrored !== undefined && caller.era === "stateless")
        checkParamsHeaders(exchange.mirrored, method, params, principal);
      if (this.#running - this.#awaited >= MAX_ABANDONED) throw tooManyAbandoned();
    } catch (error) {
      return { ...this.#failed(message.id, error), refused: true };
    }
    const ctx = new RequestContext(caller, message, exchange, this);
    return admitted === undefined
      ? this.#serve(method, params, ctx)
      : this.#await(this.#afterwards(admitted, method, params, ctx), method, ctx);
  }

  notify({ method, params }: JsonRpcNotification): void {
    if (method === "notifications/cancelled") this.#cancel(params);
    else {
      const { principal } = this.peer;
      void this.#core.extensions.notified(method, params, this.#caller, {
        recipient: recipientOf(this.peer),
        principal,
      });
    }
  }

  answer(message: JsonRpcResponse): MaybePromise<AnswerOutcome> {
    return this.asks.answer(message);
  }

  adopt(handshake: Handshake): void {
    this.#adopt(handshake);
  }

  missed(): void {
    this.#changes?.missed();
  }

  drain(): void {
    for (const ctx of this.#inFlight ?? []) ctx.finishEarly();
  }

  close(reason: CloseReason): MaybePromise<void> {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#changes?.stop();
    this.#asks?.close(reason);
    for (const ctx of this.#inFlight ?? []) ctx.giveUp(reason.error ?? new Error("The client is gone"));
    this.#inFlight?.clear();
    if (this.#running > 0) return new Promise((resolve) => (this.#allEnded = resolve));
  }

  get #lasting(): LinkChanges {
    return (this.#changes ??= new LinkChanges(this.#core, this.peer));
  }

  get #awaited(): number {
    return this.#inFlight?.size ?? 0;
  }

  #identify(method: string, params: JsonObject, exchange: Exchange): Caller {
    const meta = metaOf(params);
    const { revisions } = this;
    const version = statelessVersion(meta, exchange, revisions);
    if (meta !== undefined) progressTokenField(meta);
    if (meta !== undefined && version !== undefined) {
      const caller = statelessCaller(version, meta, revisions);
      if (exchange.mirrored !== undefined) checkMethodHeader(exchange.mirrored, method);
      return caller;
    }
    return this.#caller ?? unintroducedCaller(method, params, this.peer, exchange, revisions);
  }

  #serve(method: ServedMethod, params: JsonObject, ctx: RequestContext): MaybePromise<Reply | undefined> {
    let waits = false;
    try {
      const result = this.#core.serve(method, params, ctx);
      waits = isPromise(result);
      return isPromise(result) ? this.#await(result, method, ctx) : this.#finish(result, method, ctx);
    } catch (error) {
      return this.#failed(ctx.requestId, error);
    } finally {
      if (!waits) ctx.end();
    }
  }

  async #afterwards(
    admitted: Promise<void>,
    method: ServedMethod,
    params: JsonObject,
    ctx: RequestContext,
  ): Promise<MethodResult> {
    await admitted;
    ctx.signal.throwIfAborted();
    return this.#core.serve(method, params, ctx);
  }

  async #await(
    result: Promise<MethodResult>,
    method: ServedMethod,
    ctx: RequestContext,
  ): Promise<Reply | undefined> {
    const { signal } = ctx.exchange;
    const giveUp = (): void => {
      ctx.giveUp(signal?.reason);
    };
    this.#running += 1;
    const settled = ctx.unlessEndedEarly(result, () => {
      this.#ended();
      ctx.exchange.handled?.();
    });
    const inFlight = (this.#inFlight ??= new Set());
    inFlight.add(ctx);
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener("abort", giveUp, { once: true });
    try {
      const value = await settled;
      return ctx.cancelled ? undefined : this.#finish(value, method, ctx);
    } catch (error) {
      return ctx.cancelled ? undefined : this.#failed(ctx.requestId, error);
    } finally {
      ctx.end();
      inFlight.delete(ctx);
      signal?.removeEventListener("abort", giveUp);
    }
  }

  #ended(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#allEnded?.();
  }

  #finish(result: MethodResult, method: ServedMethod, ctx: RequestContext): Reply {
    this.#core.checkResultType(result, ctx);
    return this.#core.finisher.finish(ctx.requestId, method, result, ctx.client.era);
  }

  #failed(id: RequestId, error: unknown): Reply {
    if (error instanceof ProtocolError) return this.#refusal(id, error);
    if (error instanceof StateUnavailableError) return this.#refusal(id, awayError());
    this.#core.report(error);
    const told = error instanceof Error && this.#core.options.maskErrors !== true;
    return this.#refusal(id, new InternalError(told ? `Internal error: ${error.message}` : undefined));
  }

  #refusal(id: RequestId, error: ProtocolError): Reply {
    try {
      return errorReply(id, error.toJSON());
    } catch (unusable) {
      this.#core.report(unusable); // its data is not JSON
      return errorReply(id, { code: error.code, message: error.message });
    }
  }

  /** Two requests in flight may carry the same id, though they should not: both were given up. */
  #cancel(params: JsonObject | undefined): void {
    const id = params?.["requestId"];
    const reason =
      typeof params?.["reason"] === "string" ? params["reason"] : "The client cancelled the request";
    for (const ctx of this.#inFlight ?? []) {
      if (ctx.requestId === id) ctx.giveUp(new DOMException(reason, "AbortError"));
    }
  }

  #adopt(handshake: Handshake): void {
    this.#handshake = handshake;
    this.#caller = handshakeCaller(handshake);
    this.#lasting.adopt(handshake);
  }
}

function asksOf({ id, session }: Peer, { askLimits, desk }: ServerCore): Asks {
  if (session === undefined || desk === undefined) return new Asks(`${id}:`, askLimits);
  return new Asks(desk.newPrefix(), askLimits, { desk, session: session.id });
}

function tooManyAbandoned(): BusyError {
  return new BusyError(
    `${String(MAX_ABANDONED)} handlers of cancelled requests have not ended; this one was not begun`,
  );
}

/** Only requests of the stateless era have to have params; for the others a missing object is an empty one. */
function paramsOf({ params = NO_PARAMS }: JsonRpcRequest): JsonObject {
  if (isObject(params)) return params;
  throw new InvalidParamsError(`Invalid params: params must be an object, not ${describe(params)}`);
}

function metaOf(params: JsonObject): JsonObject | undefined {
  const meta = params["_meta"];
  if (meta === undefined || isObject(meta)) return meta;
  throw new InvalidParamsError(`Invalid params: params._meta must be an object, not ${describe(meta)}`);
}
