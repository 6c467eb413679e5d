import type { Exchange, Principal, ReadonlyHeaders } from "../contract/index.js";
import { InvalidRequestError } from "../jsonrpc/errors.js";
import type { JsonObject, JsonRpcRequest, RequestId } from "../jsonrpc/messages.js";
import { CLIENT_CAPABILITY_FOR } from "../protocol/capabilities.js";
import type { Scheduled } from "../protocol/clock.js";
import { unwatched } from "../protocol/promises.js";
import type { ClientCapabilities, TraceContext } from "../protocol/types.js";
import { Asker } from "./asking/asker.js";
import type { Stop } from "./asking/interview.js";
import { concludeLate } from "./asking/conclude.js";
import type { Conclusion, ConcludedRequest } from "./asking/conclusion.js";
import type { Caller } from "../extension/caller.js";
import type { MethodResult } from "../extension/server.js";
import type { LinkScope } from "./link-scope.js";
import { recipientOf } from "./recipient.js";
import { requireOf } from "./requirements.js";
import type { Logger } from "../extension/logger.js";
import type { Increasing } from "./increasing.js";
import { traceOf } from "./meta-trace.js";
import { Telling } from "./telling.js";
import type { BaseContext, MethodContext } from "../extension/context.js";

const nothingToDo = Promise.resolve();
const NO_META: JsonObject = {};

export class RequestContext implements MethodContext, ConcludedRequest {
  readonly client: Caller;
  readonly exchange: Exchange;
  readonly link: LinkScope;
  readonly #message: JsonRpcRequest;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  #telling: Telling | undefined;
  #finishEarly: (() => void) | undefined;
  #stopWaiting: ((early: Promise<MethodResult>) => void) | undefined;
  #asker: Asker | undefined;
  #lateness: Scheduled | undefined;
  #conclusion: Conclusion | undefined;
  #asked = false;
  #finishing = false;
  #ended = false;

  constructor(client: Caller, message: JsonRpcRequest, exchange: Exchange, link: LinkScope) {
    this.client = client;
    this.exchange = exchange;
    this.#message = message;
    this.link = link;
  }

  get requestId(): RequestId {
    return this.#message.id;
  }

  get method(): string {
    return this.#message.method;
  }

  get transport(): string {
    return this.link.peer.transport;
  }

  get recipient(): string {
    return recipientOf(this.link.peer);
  }

  get principal(): Principal | undefined {
    return this.exchange.principal ?? this.link.peer.principal;
  }

  get headers(): ReadonlyHeaders | undefined {
    return this.exchange.headers;
  }

  get meta(): JsonObject {
    // The link has checked that it is an object, if it is there at all.
    return (this.#message.params?.["_meta"] as JsonObject | undefined) ?? NO_META;
  }

  get trace(): TraceContext {
    return traceOf(this.meta);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  get cancelled(): boolean {
    return this.#aborted !== undefined;
  }

  /** Cancelled, or answered: what its handler does now is nobody's concern. */
  get over(): boolean {
    return this.#ended || this.cancelled;
  }

  get log(): Logger {
    return this.#tells().log;
  }

  /** What was told of its progress. */
  get increasing(): Increasing {
    return this.#tells().increasing;
  }

  get progress(): BaseContext["progress"] {
    return (progress, total, message) => this.#tells().progress(progress, total, message);
  }

  get require(): BaseContext["require"] {
    return (capabilities) => {
      this.#require(capabilities);
    };
  }

  get ping(): BaseContext["ping"] {
    return () => {
      if (this.client.era === "stateless") return nothingToDo;
      return unwatched(this.request("ping").then(() => undefined));
    };
  }

  get closeStream(): BaseContext["closeStream"] {
    return ({ retryMs } = {}) => {
      if (retryMs !== undefined && (!Number.isSafeInteger(retryMs) || retryMs < 0))
        throw new RangeError(`retryMs must be a whole number of milliseconds, not ${String(retryMs)}`);
      if (!this.over) this.exchange.closeStream?.(retryMs);
    };
  }

  get asker(): Asker {
    return this.#asker ?? (this.asker = new Asker(this, this.link.asking));
  }

  /** Whoever asks for the first time when the request is over is told so. */
  set asker(asker: Asker) {
    this.#asker = asker;
    if (this.#aborted !== undefined) asker.end(this.#aborted.reason as Error); // whatever an AbortSignal holds
    if (this.#ended) asker.end(this.#overReason());
  }

  /** Whether the handler has asked for something, and has no answer yet. */
  get waits(): boolean {
    return this.#asker?.waits === true && !this.cancelled;
  }

  /** What ended the run of the handler before it came to its own end, if anything did. */
  get stop(): Stop | undefined {
    return this.#asker?.stop;
  }

  /** What is called, as in `tools/call ("add")`. */
  get called(): string {
    return `${this.method} (${JSON.stringify(this.params?.["name"] ?? this.params?.["uri"])})`;
  }

  get params(): JsonObject | undefined {
    return this.#message.params;
  }

  report(error: unknown): void {
    this.link.report(error);
  }

  request(method: string, params?: JsonObject): Promise<JsonObject> {
    return unwatched(this.#request(method, params));
  }

  async #request(method: string, params: JsonObject | undefined): Promise<JsonObject> {
    const needed = CLIENT_CAPABILITY_FOR.get(method);
    if (needed !== undefined) this.#require(needed);
    const { unanswerable } = this.link.peer;
    if (this.client.era === "stateless" || unanswerable !== undefined) {
      const why = unanswerable ?? "nothing brings the client's answer back here";
      throw new InvalidRequestError(`${method} cannot be sent: ${why}`);
    }
    if (this.cancelled) this.signal.throwIfAborted();
    if (this.#ended) throw new InvalidRequestError(`${method} cannot be sent: ${this.method} is over`);
    this.#asked = true;
    return this.link.asks.ask(method, params, this.exchange, this);
  }

  /** Ends the request from outside: cancelled, or the peer is gone. */
  abort(reason: unknown): void {
    if (this.#ended || this.#aborted !== undefined) return;
    this.#aborted = { reason };
    this.#telling?.close();
    this.#asker?.end(reason as Error); // whatever an AbortSignal holds
    if (this.#asked) this.link.asks.abandon(this, reason);
    this.#controller?.abort(reason);
    this.#finishEarly?.();
  }

  /** Aborts it, and waits for its handler no longer: that may never settle, and nobody wants its result. */
  giveUp(reason: unknown): void {
    this.abort(reason);
    this.#stopWaiting?.(unwatched(Promise.reject(reason as Error))); // whatever an AbortSignal holds
  }

  /**
   * What the handler promised, unless the request ends before that does.
   * @param settled called when the promise settles, whichever came first
   */
  unlessEndedEarly(promised: Promise<MethodResult>, settled: () => void): Promise<MethodResult> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = resolve;
      promised.then(
        (result) => {
          settled();
          resolve(result);
        },
        (error: unknown) => {
          settled();
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- passed on as it came
          reject(error);
        },
      );
    });
  }

  /** Its handler is under way, and this is what becomes of it. */
  awaits(conclusion: Conclusion): void {
    this.#conclusion = conclusion;
  }

  /** The run of the handler was stopped: its end is waited for, so that it has cleaned up, but not for ever. */
  stopped(stop: Stop, graceMs: number): void {
    const conclusion = this.#conclusion;
    if (this.client.era === "handshake" || conclusion === undefined) return;
    this.#lateness = this.link.asks.clock.schedule(graceMs, () => {
      this.#stopWaiting?.(unwatched(concludeLate(this, conclusion, stop)));
    });
  }

  /** The handler whose run was stopped has ended: what follows, such as middleware, may take its time. */
  endedInTime(): void {
    this.#lateness?.cancel();
  }

  untilEnded(): Promise<void> {
    return new Promise((resolve) => {
      this.#finishEarly = resolve;
      if (this.cancelled || this.#finishing) resolve();
    });
  }

  /** Asks an exchange that lasts to end with its result; others go on. */
  finishEarly(): void {
    this.#finishing = true;
    this.#finishEarly?.();
  }

  /** The handler is done; nothing more goes out for this request but its response. */
  end(): void {
    this.#ended = true;
    this.#lateness?.cancel();
    this.#asker?.end(this.#overReason());
    if (this.#asked) this.link.asks.abandon(this, this.#overReason());
    this.#telling?.finish();
  }

  #overReason(): DOMException {
    return new DOMException(`${this.method} is over`, "AbortError");
  }

  #require(capabilities: ClientCapabilities): void {
    requireOf(this.client, this.link.peer, capabilities);
  }

  #tells(): Telling {
    return (this.#telling ??= new Telling(this));
  }
}
