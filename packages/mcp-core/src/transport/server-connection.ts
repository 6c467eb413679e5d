import type { CloseReason, Dispatcher, Exchange, Link, MaybePromise, Peer } from "../contract/index.js";
import type { Outgoing, PreEncoded } from "../jsonrpc/encode.js";
import { errorReply } from "../jsonrpc/encode.js";
import { ParseError, type ProtocolError } from "../jsonrpc/errors.js";
import { isNotification, isObject, isRequest, isResponse } from "../jsonrpc/guards.js";
import type { JsonRpcNotification, JsonRpcRequest, RequestId } from "../jsonrpc/messages.js";
import { systemClock, type Clock } from "../protocol/clock.js";
import { Admission } from "./admission.js";
import { invalidReply, serveBatch, unreadableReply } from "./batch.js";
import { connectionLimits, type ConnectionLimits } from "./limits.js";
import { fireAndForget, isPromise } from "../protocol/promises.js";

export interface ServerConnectionOptions {
  readonly dispatcher: Dispatcher;
  /** The peer, but for `push`: messages outside any request take the one way there is. */
  readonly peer: Omit<Peer, "push">;
  /** Writes a message. Settles when it was accepted; rejects when it never will be. */
  readonly send: (message: Outgoing) => MaybePromise<void>;
  readonly limits?: Partial<ConnectionLimits>;
  readonly clock?: Clock;
}

/**
 * The server's end of a connection that carries whole messages both ways over one channel: a pipe, a
 * socket, a WebSocket. A transport feeds it what arrives and writes what it sends.
 */
export class ServerConnection {
  readonly #link: Link;
  readonly #send: (message: Outgoing) => MaybePromise<void>;
  readonly #limits: ConnectionLimits;
  readonly #admission: Admission;
  readonly #clock: Clock;
  /** Replies promised and not yet written. */
  #owed = 0;
  #onPaid: (() => void) | undefined;
  #closed = false;

  constructor({ dispatcher, peer, send, limits, clock = systemClock }: ServerConnectionOptions) {
    this.#limits = connectionLimits(limits);
    this.#clock = clock;
    this.#send = send;
    this.#link = dispatcher.open({ ...peer, push: send });
    const exchange: Exchange = { send };
    this.#admission = new Admission(this.#limits, (message) => this.#link.request(message, exchange));
  }

  /** Takes one message, or one batch, as JSON text. Never throws. */
  receive(json: string): void {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch (error) {
      this.refuse(new ParseError(`Parse error: ${error instanceof Error ? error.message : "not JSON"}`));
      return;
    }
    this.receiveValue(value);
  }

  /** Takes one message, or one batch, that was parsed already. Never throws. */
  receiveValue(value: unknown): void {
    if (this.#closed) return;
    if (isRequest(value)) this.#reply(this.#admission.admit(value));
    else if (isNotification(value)) this.#notify(value);
    else if (isResponse(value)) fireAndForget(() => this.#link.answer(value));
    else if (Array.isArray(value)) this.#reply(this.#batch(value));
    else this.#write(invalidReply(this.#link.revision, value));
  }

  /** Answers something that could not be taken, with the id where one could be read, and goes on. */
  refuse(error: ProtocolError, id?: RequestId): void {
    this.#write(id === undefined ? unreadableReply(this.#link.revision, error) : errorReply(id, error.toJSON()));
  }

  /**
   * Takes no new requests, ends subscriptions, and gives what is in flight at most `timeoutMs` to end;
   * then closes.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#admission.refuseNew();
    this.#link.drain();
    if (this.#owed > 0) await this.#paid(timeoutMs);
    this.close({ kind: "closed" });
  }

  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#admission.abandon();
    this.#link.close(reason);
  }

  #paid(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.schedule(timeoutMs, resolve, { keepAlive: true });
      this.#onPaid = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #batch(values: readonly unknown[]): MaybePromise<PreEncoded | undefined> {
    return serveBatch(this.#link, values, this.#limits.maxBatch, (message: JsonRpcRequest) => this.#admission.admit(message));
  }

  #notify(message: JsonRpcNotification): void {
    const waited =
      message.method === "notifications/cancelled" &&
      isObject(message.params) &&
      this.#admission.cancel(message.params["requestId"]);
    if (!waited) this.#link.notify(message);
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
      if (this.#owed === 0) this.#onPaid?.();
    });
  }

  #write(message: PreEncoded | undefined): void {
    if (message !== undefined && !this.#closed) fireAndForget(() => this.#send(message));
  }
}
