import type { ClientConnection, MessageReceiver } from "../contract/index.js";
import { ErrorCode } from "../jsonrpc/errors.js";
import { isRequest, shortened } from "../jsonrpc/guards.js";
import type {
  JsonObject,
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
} from "../jsonrpc/messages.js";
import { fireAndForget, isolate } from "../protocol/promises.js";
import type { Calls } from "./calls.js";
import type { McpClientOptions } from "./options.js";
import { readLogMessage } from "./results.js";

/** Takes what a server sends besides its answers, and gives it to whom it is for. */
export class Inbox implements MessageReceiver {
  readonly #calls: Calls;
  readonly #options: McpClientOptions;
  readonly #answerable: (method: string) => ClientConnection | undefined;
  readonly #heard: (notification: JsonRpcNotification) => void;

  /**
   * @param answerable the connection on which a request of the server's is answered, if it is
   * @param heard told of notifications that belong to no call, before anyone else is
   */
  constructor(
    calls: Calls,
    options: McpClientOptions,
    answerable: (method: string) => ClientConnection | undefined,
    heard: (notification: JsonRpcNotification) => void,
  ) {
    this.#calls = calls;
    this.#options = options;
    this.#answerable = answerable;
    this.#heard = heard;
  }

  message(message: JsonRpcMessage): void {
    if (isRequest(message)) this.#answer(message);
    else if (!("method" in message)) return;
    else if (message.method === "notifications/progress") this.#calls.progressed(message.params);
    else if (message.method === "notifications/message") this.#logged(message.params);
    else {
      this.#heard(message);
      isolate(() => this.#options.onNotification?.(message));
    }
  }

  noise(description: string): void {
    isolate(() => this.#options.onNoise?.(description));
  }

  #logged(params: JsonObject | undefined): void {
    const message = readLogMessage(params);
    if (message !== undefined) isolate(() => this.#options.onLog?.(message));
  }

  /** Requests come from servers of the handshake era only (2026-07-28, stdio, Sending Messages). */
  #answer({ id, method }: JsonRpcRequest): void {
    const connection = this.#answerable(method);
    if (connection === undefined) {
      this.noise(`a request of the server's, ${shortened(method)}, which is not answered in this era`);
      return;
    }
    const error = { code: ErrorCode.methodNotFound, message: `Method not found: ${shortened(method)}` };
    const response: JsonRpcResponse =
      method === "ping" ? { jsonrpc: "2.0", id, result: {} } : { jsonrpc: "2.0", id, error };
    fireAndForget(() => connection.answer(response));
  }
}
