import type {
  ClientConnection,
  ClientExchange,
  CloseReason,
  MaybePromise,
  MessageReceiver,
} from "../contract/index.js";
import { isNotification, isRequest, isResponse, readableId } from "../jsonrpc/guards.js";
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
import { looksLikeResponse } from "./refusals.js";

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
}

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
  #revision: Revision | undefined;
  #over: CloseReason | undefined;

  constructor({ receiver, send, close }: DuplexClientConnectionOptions) {
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
    return this.#sendOpen(message);
  }

  negotiated(revision: Revision): void {
    this.#revision = revision;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Takes one message, or one batch, as JSON text; what is neither is reported as noise. */
  receive(json: string): void {
    const read = parse(json);
    if (read.noise !== undefined) this.unreadable(`not JSON: ${excerpt(read.noise)}`, read.rest);
    if (Array.isArray(read.value)) this.#batch(read.value);
    else if (read.value !== undefined) this.#receiveValue(read.value);
  }

  /**
   * Something arrived that could not be taken; it is reported as noise. If it was an answer, as far as `head`,
   * the beginning of its text, tells, then its call fails with an `UnreadableResponseError`.
   */
  unreadable(description: string, head: string): void {
    this.#noise(description, readIdFromHead(head, "response"));
  }

  /** The connection is over: every call in flight fails at once. */
  ended(reason: CloseReason): void {
    if (this.#over !== undefined) return;
    this.#over = reason;
    const error = lost(reason, true);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#settleClosed(reason);
  }

  #begin(message: JsonRpcRequest, pending: Pending): void {
    this.#pending.set(message.id, pending);
    try {
      const sent = this.#send(message);
      if (isPromise(sent))
        sent.catch((cause: unknown) => {
          this.#unsent(message.id, cause);
        });
    } catch (cause) {
      this.#unsent(message.id, cause);
    }
  }

  #unsent(id: RequestId, cause: unknown): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    const detail = cause instanceof Error ? cause.message : String(cause);
    pending?.reject(
      new ConnectionLostError(`The request was not sent: ${detail}`, { mayHaveBeenDelivered: false, cause }),
    );
  }

  #cancel(id: RequestId, method: string, reason: string): void {
    // Lifecycle and Cancellation: `initialize` must not be cancelled; its answer is ignored instead.
    if (!this.#pending.delete(id) || method === "initialize") return;
    fireAndForget(() =>
      this.#sendOpen({
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId: id, reason },
      }),
    );
  }

  #sendOpen(message: JsonRpcMessage): MaybePromise<void> {
    if (this.#over !== undefined) throw lost(this.#over, false);
    return this.#send(message);
  }

  #batch(values: readonly unknown[]): void {
    const { maxBatch } = DEFAULT_CONNECTION_LIMITS;
    if (!hasBatches(this.#revision) || values.length > maxBatch) {
      this.#receiver.noise(
        `a batch of ${String(values.length)} messages, which this revision does not allow`,
      );
      return;
    }
    for (const value of values) this.#receiveValue(value);
  }

  #receiveValue(value: unknown): void {
    if (isResponse(value)) this.#respond(value);
    else if (isNotification(value) || isRequest(value)) this.#receiver.message(value);
    else this.#noise(`not an MCP message: ${excerpt(JSON.stringify(value))}`, answeredBy(value));
  }

  #noise(description: string, answered: RequestId | undefined): void {
    this.#receiver.noise(description);
    if (answered === undefined) return;
    const pending = this.#pending.get(answered);
    this.#pending.delete(answered);
    pending?.reject(new UnreadableResponseError(`The answer cannot be read: ${description}`));
  }

  #respond(response: JsonRpcResponse): void {
    const { id } = response;
    if (id === undefined || id === null) {
      this.#receiver.noise(`an error about no request in particular: ${excerpt(JSON.stringify(response))}`);
      return;
    }
    const pending = this.#pending.get(id);
    if (pending === undefined) return; // late: the call was cancelled meanwhile
    this.#pending.delete(id);
    pending.resolve(response);
  }
}

interface Read {
  /** A JSON value; `undefined` if there is none. */
  readonly value?: unknown;
  /** What is no JSON. */
  readonly noise?: string;
  /** What came after the noise and is no JSON either. */
  readonly rest: string;
}

/** Reads a line. A message may stand behind something a server printed without ending the line. */
function parse(line: string): Read {
  try {
    return { value: JSON.parse(line), rest: "" };
  } catch {
    const start = Math.max(line.indexOf('{"jsonrpc"'), 0);
    const rest = line.slice(start);
    try {
      return { value: JSON.parse(rest), noise: line.slice(0, start), rest: "" };
    } catch {
      return { noise: line, rest };
    }
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

function excerpt(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
