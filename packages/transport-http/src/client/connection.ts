import {
  Bag,
  ConnectionLostError,
  Deadlines,
  fireAndForget,
  hasBatches,
  isHandshakeRevision,
} from "@towpath/mcp-core/http";
import type {
  ClientConnection,
  ClientExchange,
  CloseReason,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  MessageReceiver,
  MirroredHeaders,
  Revision,
} from "@towpath/mcp-core/transport";
import type { Channel } from "./channel.js";
import { type AnswerListener, HttpStatusError, type OpenCall } from "@towpath/mcp-core/http-client";
import { Delivery } from "./delivery.js";
import { Exchange } from "./exchange.js";
import type { Line } from "./line.js";
import type { ClientSettings } from "./options.js";
import { Resumption } from "./resumption.js";
import { StandingStream } from "./standing-stream.js";

/** How long a server may take to end a stream that has brought its response. */
const LINGER_MS = 1_000;
/** How long a server may take to accept a message that has no answer. */
const ACCEPT_MS = 30_000;
/** When what may not have arrived is sent again, where a second one does nothing. */
const INSISTING = { attempts: Infinity, delayMs: 250, maxDelayMs: 5_000, deadlineMs: 30_000 };

/** The client's end of Streamable HTTP: every message is an HTTP request of its own. */
export class HttpConnection implements ClientConnection, Line {
  readonly closed: Promise<CloseReason>;
  readonly channel: Channel;
  readonly settings: ClientSettings;
  readonly receiver: MessageReceiver;
  readonly idle: Deadlines;
  readonly lingering: Deadlines;
  readonly #accepting: Deadlines;
  readonly #exchanges = new Bag<Exchange>();
  /** What was sent and not accepted yet. */
  readonly #deliveries = new Set<Delivery>();
  readonly #standing: StandingStream;
  #settleClosed: (reason: CloseReason) => void = () => undefined;
  #over: CloseReason | undefined;
  #closing: Promise<void> | undefined;

  constructor(channel: Channel, settings: ClientSettings, receiver: MessageReceiver) {
    const { clock, idleTimeoutMs } = settings;
    this.channel = channel;
    this.settings = settings;
    this.receiver = receiver;
    this.idle = new Deadlines(idleTimeoutMs, clock);
    this.lingering = new Deadlines(LINGER_MS, clock);
    this.#accepting = new Deadlines(ACCEPT_MS, clock);
    this.#standing = new StandingStream(this);
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
  }

  get takesBatches(): boolean {
    return hasBatches(this.channel.revision);
  }

  request(message: JsonRpcRequest, mirrored?: MirroredHeaders): ClientExchange {
    const exchange = new Exchange(this, message, mirrored);
    this.#exchanges.add(exchange);
    if (this.#over === undefined) exchange.send();
    else exchange.giveUp(ended(this.#over, false));
    return exchange;
  }

  notify(message: JsonRpcNotification): Promise<void> {
    const accepted = this.#post(message);
    const begins = message.method === "notifications/initialized" && this.settings.standingStream;
    return begins ? accepted.then(() => this.#standing.open()) : accepted;
  }

  answer(message: JsonRpcResponse): Promise<void> {
    return this.#insist(message);
  }

  negotiated(revision: Revision): void {
    this.channel.revision = revision;
    if (!isHandshakeRevision(revision)) this.#endSession();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  answered(): void {
    this.#standing.answered();
  }

  sessionBegun(id: string): void {
    this.channel.sessionId = id;
    // The greeting was answered too late: another answer had decided.
    if (this.channel.revision !== undefined || this.#over !== undefined) this.#endSession();
  }

  cancelled({ id, method }: JsonRpcRequest, reason: string): void {
    // Lifecycle and Cancellation: `initialize` must not be cancelled; its answer is ignored instead.
    if (method === "initialize") return;
    const params = { requestId: id, reason };
    fireAndForget(() => this.#insist({ jsonrpc: "2.0", method: "notifications/cancelled", params }));
  }

  settled(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    if (this.#over?.kind === "lost") this.#letGo();
  }

  /** What is in flight goes on: each request learns for itself whether it was begun. */
  sessionEnded(error: Error): void {
    if (this.#end({ kind: "lost", error })) this.#letGo();
  }

  /** Of a session that has ended, once nothing that was begun in it is in flight. */
  #letGo(): void {
    if (this.#exchanges.size === 0) this.#shut();
  }

  #shut(): void {
    for (const delivery of this.#deliveries) delivery.giveUp("the connection is over");
    this.channel.close();
  }

  #end(reason: CloseReason): boolean {
    if (this.#over !== undefined) return false;
    this.#over = reason;
    this.#standing.stop();
    this.#settleClosed(reason);
    return true;
  }

  async #close(): Promise<void> {
    const { clock, closeTimeoutMs } = this.settings;
    const isFirst = this.#end({ kind: "closed" });
    const error = ended({ kind: "closed" }, true);
    for (const exchange of this.#exchanges.all) exchange.giveUp(error);
    if (isFirst) this.#endSession();
    await new Promise<void>((resolve) => {
      const timer = clock.schedule(closeTimeoutMs, resolve, { keepAlive: true });
      void Promise.allSettled([...this.#deliveries].map(({ accepted }) => accepted)).then(() => {
        timer.cancel();
        resolve();
      });
    });
    this.#shut();
  }

  /** Waits, but no longer than the connection lasts. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.settings.clock.schedule(ms, resolve, { keepAlive: true });
      void this.closed.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** Sends what does nothing when it comes a second time. */
  async #insist(message: JsonRpcNotification | JsonRpcResponse): Promise<void> {
    const attempts = new Resumption(INSISTING, this.settings.clock);
    for (;;) {
      try {
        await this.#post(message);
        return;
      } catch (error) {
        const delayMs = mayPass(error) && this.#over === undefined ? attempts.next(undefined) : undefined;
        if (delayMs === undefined) throw error;
        await this.#pause(delayMs);
      }
    }
  }

  #post(message: JsonRpcNotification | JsonRpcResponse): Promise<void> {
    if (this.#over !== undefined) return Promise.reject(ended(this.#over, false));
    const body = JSON.stringify(message);
    const accepted = this.#deliver((listener) => this.channel.post(body, undefined, "control", listener));
    accepted.catch((error: unknown) => {
      const isEnd = error instanceof HttpStatusError && error.status === 404;
      if (isEnd && this.channel.sessionId !== undefined) this.sessionEnded(error);
    });
    return accepted;
  }

  /** Ends the session, if there is one: the server needs to keep nothing of it (Session Management). */
  #endSession(): void {
    if (this.channel.sessionId === undefined) return;
    const done = (): void => (this.channel.sessionId = undefined);
    fireAndForget(() => this.#deliver((listener) => this.channel.delete(listener)).finally(done));
  }

  #deliver(send: (listener: AnswerListener) => OpenCall): Promise<void> {
    const delivery = new Delivery(this.channel, this.#accepting);
    this.#deliveries.add(delivery);
    const settled = (): void => void this.#deliveries.delete(delivery);
    delivery.accepted.then(settled, settled);
    return delivery.begin(send).accepted;
  }
}

/** Whether the same may be accepted the next time. */
function mayPass(error: unknown): boolean {
  if (error instanceof HttpStatusError) return error.status >= 500 || error.status === 429;
  return error instanceof ConnectionLostError;
}

function ended({ error }: CloseReason, mayHaveBeenDelivered: boolean): ConnectionLostError {
  const detail = error?.message ?? "it was closed";
  return new ConnectionLostError(`The connection is over: ${detail}`, { mayHaveBeenDelivered, cause: error });
}
