import type {
  ClientConnection,
  ClientExchange,
  CloseReason,
  MaybePromise,
  MessageReceiver,
} from "../contract/index.js";
import {
  describe,
  isNotification,
  isParams,
  isRequest,
  isResponse,
  looksLikeResponse,
  readableId,
} from "../jsonrpc/guards.js";
import type {
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  RequestId,
} from "../jsonrpc/messages.js";
import { ConnectionLostError, UnreadableResponseError } from "../protocol/errors.js";
import { fireAndForget, isPromise } from "../protocol/promises.js";
import { hasBatches, type Revision } from "../protocol/revisions.js";
import { DEFAULT_CONNECTION_LIMITS } from "./limits.js";
import { readIdFromHead } from "./read-id.js";

interface Pending {
  readonly resolve: (response: JsonRpcResponse) => void;
  readonly reject: (error: Error) => void;
}

export interface DuplexClientConnectionOptions {
  readonly receiver: MessageReceiver;
  /** Writes a message. Settles when it was accepted; rejects when it never will be. */
  readonly send: (message: JsonRpcMessage) => MaybePromise<void>;
  /** Ends the connection; `ended` is to be called when it is over. */
  readonly close: () => Promise<void>;
  /** Messages in one JSON-RPC batch from the server. Default: 100. */
  readonly maxBatch?: number;
}

/** Answers to the server that may wait for it to read them; a server that asks on and on is left. */
const MAX_UNREAD_ANSWERS = 1024;
/** The latest cancelled calls, whose answers are let pass in silence: they may have been under way. */
const MAX_CANCELLED = 1024;

/**
 * The client's end of a connection that carries whole messages both ways over one channel. Responses are
 * matched to requests by id; everything else goes to the receiver.
 */
export class DuplexClientConnection implements ClientConnection {
  readonly closed: Promise<CloseReason>;
  readonly #receiver: MessageReceiver;
  readonly #send: (message: JsonRpcMessage) => MaybePromise<void>;
  readonly #close: () => Promise<void>;
  readonly #pending = new Map<RequestId, Pending>();
  #settleClosed: (reason: CloseReason) => void = () => undefined;
  readonly #maxBatch: number;
  readonly #cancelled = new Set<RequestId>();
  #unreadAnswers = 0;
  #revision: Revision | undefined;
  #over: CloseReason | undefined;

  constructor({ receiver, send, close, maxBatch }: DuplexClientConnectionOptions) {
    this.#maxBatch = maxBatch ?? DEFAULT_CONNECTION_LIMITS.maxBatch;
    this.#receiver = receiver;
    this.#send = send;
    this.#close = close;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
  }

  request(message: JsonRpcRequest): ClientExchange {
    const { id } = message;
    const response = new Promise<JsonRpcResponse>((resolve, reject) => {
      if (this.#over !== undefined) reject(lost(this.#over, false));
      else this.#begin(message, { resolve, reject });
    });
    return {
      response,
      cancel: (reason) => {
        this.#cancel(id, message.method, reason);
      },
    };
  }

  notify(message: JsonRpcNotification): MaybePromise<void> {
    return this.#sendOpen(message);
  }

  answer(message: JsonRpcResponse): MaybePromise<void> {
    const sent = this.#sendOpen(message);
    if (isPromise(sent)) this.#awaitReader(sent);
    return sent;
  }

  negotiated(revision: Revision): void {
    this.#revision = revision;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Takes one message, or one batch, as JSON text; what is neither is reported as noise. */
  receive(json: string): void {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      this.#receiveNoise(json);
      return;
    }
    if (Array.isArray(value)) this.#batch(value);
    else this.#receiveValue(value);
  }

  /**
   * Something arrived that could not be taken; it is reported as noise. If it was an answer, as far as `head`,
   * the beginning of its text, tells, then its call fails with an `UnreadableResponseError`.
   */
  unreadable(description: string, head: string): void {
    this.#noise(description, readIdFromHead(head, "response"));
  }

  /** The request with this id gets no answer, for a reason that its caller is told as it is. */
  failed(id: RequestId, reason: Error): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.reject(reason);
  }

  /**
   * The connection is over: every call in flight fails at once.
   * @param unbegun ids of requests of which the server certainly knows nothing, or which it has not taken
   */
  ended(reason: CloseReason, unbegun: readonly RequestId[] = []): void {
    if (this.#over !== undefined) return;
    this.#over = reason;
    // Before the calls learn of it: whoever sends them again asks for another connection.
    this.#settleClosed(reason);
    for (const id of unbegun) this.failed(id, lost(reason, false));
    const error = lost(reason, true);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #begin(message: JsonRpcRequest, pending: Pending): void {
    this.#pending.set(message.id, pending);
    try {
      const sent = this.#send(message);
      if (isPromise(sent)) sent.catch((cause: unknown) => this.#unsent(message.id, cause));
    } catch (error) {
      // Nothing is wrong with the connection: the message is one that JSON cannot carry.
      this.#pending.delete(message.id);
      pending.reject(error instanceof Error ? error : new TypeError(String(error)));
    }
  }

  #awaitReader(sent: Promise<void>): void {
    this.#unreadAnswers += 1;
    const read = (): void => void (this.#unreadAnswers -= 1);
    sent.then(read, read);
    if (this.#unreadAnswers <= MAX_UNREAD_ANSWERS) return;
    const text = `The server goes on asking, and ${String(this.#unreadAnswers)} answers wait for it to read`;
    this.ended({ kind: "lost", error: new Error(text) });
    fireAndForget(() => this.#close());
  }

  #unsent(id: RequestId, cause: unknown): void {
    const detail = cause instanceof Error ? cause.message : String(cause);
    const text = `The request was not sent: ${detail}`;
    this.failed(id, new ConnectionLostError(text, { mayHaveBeenDelivered: false, cause }));
  }

  #cancel(id: RequestId, method: string, reason: string): void {
    if (!this.#pending.delete(id)) return;
    this.#remember(id);
    // Lifecycle and Cancellation: `initialize` must not be cancelled; its answer is ignored instead.
    if (method === "initialize") return;
    const params = { requestId: id, reason };
    fireAndForget(() => this.#sendOpen({ jsonrpc: "2.0", method: "notifications/cancelled", params }));
  }

  #remember(cancelled: RequestId): void {
    const [oldest] = this.#cancelled;
    if (this.#cancelled.size >= MAX_CANCELLED && oldest !== undefined) this.#cancelled.delete(oldest);
    this.#cancelled.add(cancelled);
  }

  #sendOpen(message: JsonRpcMessage): MaybePromise<void> {
    if (this.#over !== undefined) throw lost(this.#over, false);
    return this.#send(message);
  }

  #batch(values: readonly unknown[]): void {
    const refusal = this.#refusesBatch(values.length);
    for (const value of values) {
      if (refusal === undefined) this.#receiveValue(value);
      else this.#fail(refusal, answeredBy(value));
    }
    if (refusal !== undefined) this.#receiver.noise(refusal);
  }

  #refusesBatch(length: number): string | undefined {
    if (!hasBatches(this.#revision)) return "a batch, which exists only in protocol revision 2025-03-26";
    return length > this.#maxBatch
      ? `a batch of ${String(length)} messages, more than ${String(this.#maxBatch)}`
      : undefined;
  }

  /** A line that is no JSON. An answer may stand behind something a server printed without ending its line. */
  #receiveNoise(line: string): void {
    const start = line.indexOf('{"jsonrpc"');
    const behind = start > 0 ? line.slice(start) : line;
    const answer = start > 0 ? parsed(behind) : undefined;
    if (isResponse(answer) && this.#pending.has(answer.id ?? "")) {
      this.#receiver.noise(`not JSON: ${excerpt(line.slice(0, start))}`);
      this.#respond(answer);
    } else this.unreadable(`not JSON: ${excerpt(line)}`, behind);
  }

  #receiveValue(value: unknown): void {
    if (isResponse(value)) this.#respond(value);
    else if (isRequest(value) || (isNotification(value) && isParams(value.params)))
      this.#receiver.message(value);
    else this.#noise(`not an MCP message: ${pictured(value)}`, answeredBy(value));
  }

  #noise(description: string, answered: RequestId | undefined): void {
    this.#receiver.noise(description);
    this.#fail(description, answered);
  }

  /** Fails the call whose answer was something that cannot be taken. */
  #fail(description: string, answered: RequestId | undefined): void {
    if (answered !== undefined)
      this.failed(answered, new UnreadableResponseError(`The answer cannot be read: ${description}`));
  }

  #respond(response: JsonRpcResponse): void {
    const { id } = response;
    if (id === undefined || id === null) {
      this.#receiver.noise(`an error about no request in particular: ${pictured(response)}`);
      return;
    }
    const pending = this.#pending.get(id);
    if (pending !== undefined) {
      this.#pending.delete(id);
      pending.resolve(response);
    } else if (!this.#cancelled.delete(id)) {
      this.#receiver.noise(`an answer that nobody waits for: ${pictured(response)}`);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answeredBy(value: unknown): RequestId | undefined {
  return looksLikeResponse(value) ? readableId(value) : undefined;
}

function lost(reason: CloseReason, mayHaveBeenDelivered: boolean): ConnectionLostError {
  const detail = reason.error?.message ?? (reason.kind === "closed" ? "it was closed" : "the server is gone");
  return new ConnectionLostError(`The connection ended before an answer came: ${detail}`, {
    mayHaveBeenDelivered,
    cause: reason.error,
  });
}

/** The beginning of a value's JSON; what is nested too deep to be written is only named. */
function pictured(value: unknown): string {
  try {
    return excerpt(JSON.stringify(value));
  } catch {
    return describe(value);
  }
}

function excerpt(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
