import type {
  CloseReason,
  Dispatcher,
  Exchange,
  Link,
  MaybePromise,
  Peer,
  ReadonlyHeaders,
} from "../contract/index.js";
import type { Outgoing, PreEncoded } from "../jsonrpc/encode.js";
import { ParseError, type ProtocolError } from "../jsonrpc/errors.js";
import { isNotification, isObject, isRequest, isResponse } from "../jsonrpc/guards.js";
import type { JsonRpcNotification } from "../jsonrpc/messages.js";
import { atMost } from "../protocol/at-most.js";
import { systemClock, type Clock } from "../protocol/clock.js";
import { BusyError } from "../protocol/errors.js";
import { fireAndForget, isPromise } from "../protocol/promises.js";
import type { Revision } from "../protocol/revisions.js";
import { Admission, type Arrival } from "./admission.js";
import { serveBatch } from "./batch.js";
import { connectionLimits, type ConnectionLimits } from "./limits.js";
import type { Load } from "./load.js";
import { refuseText, refuseValue } from "./refusals.js";

export interface ServerConnectionOptions {
  readonly dispatcher: Dispatcher;
  /** The peer, but for `push`: messages outside any request take the one way there is. */
  readonly peer: Omit<Peer, "push">;
  /** The headers of the HTTP request that opened the connection, for handlers to see. */
  readonly headers?: ReadonlyHeaders | undefined;
  /** Writes a message. Settles when it was accepted; rejects when it never will be. */
  readonly send: (message: Outgoing) => MaybePromise<void>;
  /**
   * Called when the peer goes on sending and does not read its replies: more than `maxInFlight + maxQueued`
   * of them wait to be accepted. The transport is to cut it off.
   */
  readonly onUnread: (error: Error) => void;
  readonly limits?: Partial<ConnectionLimits>;
  /** What the requests of this and other connections may cost together. Default: it is not bounded. */
  readonly load?: Load | undefined;
  readonly clock?: Clock;
}

/**
 * The server's end of a connection that carries whole messages both ways over one channel: a pipe, a
 * socket, a WebSocket. A transport feeds it what arrives and writes what it sends.
 */
export class ServerConnection {
  readonly #link: Link;
  readonly #send: (message: Outgoing) => MaybePromise<void>;
  readonly #onUnread: (error: Error) => void;
  readonly #limits: ConnectionLimits;
  readonly #admission: Admission;
  readonly #clock: Clock;
  readonly #isCounted: boolean;
  /** Replies promised and not yet written. */
  #owed = 0;
  /** Replies written that the peer has no room for yet. */
  #unread = 0;
  #drains: Set<() => void> | undefined;
  #handlers: MaybePromise<void> = undefined;
  #closed = false;

  constructor(options: ServerConnectionOptions) {
    const { dispatcher, peer, headers, send, onUnread, limits, load, clock = systemClock } = options;
    this.#limits = connectionLimits(limits);
    this.#clock = clock;
    this.#isCounted = load !== undefined;
    this.#send = send;
    this.#onUnread = onUnread;
    this.#link = dispatcher.open({ ...peer, push: send });
    const exchange: Exchange = headers === undefined ? { send } : { send, headers };
    const exchangeOf = (arrival: Arrival | undefined): Exchange =>
      arrival?.headers === undefined && arrival?.principal === undefined
        ? exchange
        : { ...exchange, ...arrival };
    this.#admission = new Admission(
      this.#limits,
      (message, arrival) => this.#link.request(message, exchangeOf(arrival)),
      load,
    );
  }

  /** The revision agreed on by `initialize`; undefined before that. */
  get revision(): Revision | undefined {
    return this.#link.revision;
  }

  /** Takes one message, or one batch, as JSON text. Never throws. */
  receive(json: string): void {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch (error) {
      const detail = error instanceof Error ? error.message : "not JSON";
      this.refuse(new ParseError(`Parse error: ${detail}`), json);
      return;
    }
    this.receiveValue(value, this.#isCounted ? { bytes: json.length } : undefined);
  }

  /** Takes one message, or one batch, that was parsed already; what came with it counts for it alone. Never throws. */
  receiveValue(value: unknown, arrival?: Arrival): void {
    if (this.#closed) return;
    if (isRequest(value)) this.#reply(this.#admission.admit(value, arrival));
    else if (isNotification(value)) this.#notify(value);
    else if (isResponse(value)) fireAndForget(() => this.#link.answer(value));
    else if (Array.isArray(value)) this.#reply(this.#batch(value, arrival));
    else this.#write(refuseValue(this.#link, value));
  }

  /**
   * Answers something that could not be taken, with the id if one can be read from `head`, the beginning of
   * its text; then goes on.
   */
  refuse(error: ProtocolError, head = ""): void {
    this.#write(refuseText(this.#link, head, error));
  }

  /**
   * Takes no new requests, ends subscriptions, and gives what is in flight at most `timeoutMs` to end;
   * then closes.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#admission.refuseNew();
    this.#link.drain();
    if (this.#owed > 0 && !this.#closed) await this.#paid(timeoutMs);
    this.close({ kind: "closed" });
  }

  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#admission.abandon();
    this.#handlers = this.#link.close(reason);
    for (const drained of this.#drains ?? []) drained();
  }

  /** After `close`: settles when every handler has ended, or after `timeoutMs`. Never rejects. */
  async settled(timeoutMs: number): Promise<void> {
    const handlers = this.#handlers;
    if (isPromise(handlers)) await atMost(this.#clock, timeoutMs, handlers);
  }

  /** Until nothing is owed any more, the connection is being closed, or the time is over. */
  #paid(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const drains = (this.#drains ??= new Set());
      const drained = (): void => {
        timer.cancel();
        drains.delete(drained);
        resolve();
      };
      const timer = this.#clock.schedule(timeoutMs, drained, { keepAlive: true });
      drains.add(drained);
    });
  }

  #batch(values: readonly unknown[], arrival?: Arrival): MaybePromise<PreEncoded | undefined> {
    const { bytes = 0 } = arrival ?? {};
    const part = arrival && { ...arrival, bytes: bytes / Math.max(values.length, 1) };
    return serveBatch(this.#link, values, this.#limits.maxBatch, {
      serve: (message) => this.#admission.admit(message, part),
      notify: (message) => this.#notify(message),
    });
  }

  #notify(message: JsonRpcNotification): void {
    if (message.method === "notifications/cancelled" && isObject(message.params)) {
      this.#admission.cancel(message.params["requestId"]);
    }
    this.#link.notify(message);
  }

  #reply(reply: MaybePromise<PreEncoded | undefined>): void {
    if (!isPromise(reply)) {
      this.#write(reply);
      return;
    }
    this.#owed += 1;
    void reply.then((settled) => {
      this.#write(settled);
      this.#owed -= 1;
      if (this.#owed === 0) for (const drained of this.#drains ?? []) drained();
    });
  }

  #write(message: PreEncoded | undefined): void {
    if (message === undefined || this.#closed) return;
    try {
      const sent = this.#send(message);
      if (isPromise(sent)) this.#awaitReader(sent);
    } catch {
      // A peer that cannot be written to is gone, and its link is closed for that.
    }
  }

  #awaitReader(sent: Promise<void>): void {
    this.#unread += 1;
    this.#admission.hold();
    const accepted = (): void => {
      this.#unread -= 1;
      if (this.#unread === 0) this.#admission.resume();
    };
    sent.then(accepted, accepted);
    const { maxInFlight, maxQueued } = this.#limits;
    if (this.#unread <= maxInFlight + maxQueued) return;
    this.#onUnread(
      new BusyError(`The peer goes on sending, and ${String(this.#unread)} replies wait for it to read`),
    );
  }
}
