import type { ClientConnection, MessageReceiver } from "../contract/index.js";
import { InvalidParamsError } from "../jsonrpc/errors.js";
import { describe, isParams, isRequest, isRequestId, shortened } from "../jsonrpc/guards.js";
import type {
  JsonObject,
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  RequestId,
} from "../jsonrpc/messages.js";
import { isolate } from "../protocol/promises.js";
import type { Calls } from "./calls.js";
import type { McpClientOptions } from "./options.js";
import { Replies } from "./replies.js";
import { readLogMessage } from "./results.js";

/** Takes what is not about a call of ours. */
export interface Recipients {
  /** The connection on which a request of the server's is answered, if it is. */
  answerable(method: string): ClientConnection | undefined;
  /** Told of notifications that belong to no call; returns whether they are for nobody else. */
  heard(notification: JsonRpcNotification): boolean;
  answer(connection: ClientConnection, request: JsonRpcRequest): void;
  /** The server ended a request: one of its own, or where it has none, one of ours that lasts. */
  cancelled(connection: ClientConnection | undefined, id: RequestId, reason: unknown): void;
}

/** Takes what a server sends besides its answers, and gives it to whom it is for. */
export class Inbox implements MessageReceiver {
  readonly replies = new Replies((description) => {
    this.noise(description);
  });
  readonly #calls: Calls;
  readonly #options: McpClientOptions;
  readonly #recipients: Recipients;

  constructor(calls: Calls, options: McpClientOptions, recipients: Recipients) {
    this.#calls = calls;
    this.#options = options;
    this.#recipients = recipients;
  }

  message(message: JsonRpcMessage): void {
    if (!("method" in message)) return;
    const problem = paramsProblem(message);
    if (isRequest(message)) this.#answer(message, problem);
    else if (problem !== undefined)
      this.noise(`a notification of the server's, ${shortened(message.method)}, whose ${problem}`);
    else if (message.method === "notifications/progress") this.#calls.progressed(message.params);
    else if (message.method === "notifications/message") this.#logged(message.params);
    else if (message.method === "notifications/cancelled") this.#cancelled(message.params);
    else if (!this.#recipients.heard(message)) isolate(() => this.#options.onNotification?.(message));
  }

  noise(description: string): void {
    isolate(() => this.#options.onNoise?.(description));
  }

  #logged(params: JsonObject | undefined): void {
    const message = readLogMessage(params);
    if (message !== undefined) isolate(() => this.#options.onLog?.(message));
  }

  /** Requests come from servers of the handshake era only (2026-07-28, stdio, Sending Messages). */
  #answer(request: JsonRpcRequest, problem: string | undefined): void {
    const { id, method } = request;
    const connection = this.#recipients.answerable(method);
    if (connection === undefined)
      this.noise(`a request of the server's, ${shortened(method)}, which is not answered in this era`);
    else if (problem !== undefined) {
      const error = new InvalidParamsError(`Invalid params: ${problem}`).toJSON();
      this.replies.give(connection, request, { jsonrpc: "2.0", id, error });
    } else if (method === "ping") this.replies.give(connection, request, { jsonrpc: "2.0", id, result: {} });
    else this.#recipients.answer(connection, request);
  }

  /** Unknown ids and malformed notifications are ignored (Cancellation, Error Handling). */
  #cancelled({ requestId, reason }: JsonObject = {}): void {
    if (!isRequestId(requestId)) return;
    this.#recipients.cancelled(this.#recipients.answerable("notifications/cancelled"), requestId, reason);
  }
}

/** Transports look at no more of a message than what it is. */
function paramsProblem({ params }: JsonRpcRequest | JsonRpcNotification): string | undefined {
  return isParams(params) ? undefined : `params must be an object, not ${describe(params)}`;
}
