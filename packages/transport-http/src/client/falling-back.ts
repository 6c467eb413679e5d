import type {
  ClientConnection,
  ClientExchange,
  ClientTransport,
  CloseReason,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  MaybePromise,
  MessageReceiver,
  MirroredHeaders,
  Revision,
} from "@towpath/mcp-core/transport";
import { HttpStatusError } from "@towpath/mcp-core/http-client";

/** The statuses with which a server of HTTP+SSE alone answers a POST (2026-07-28, Streamable HTTP, HTTP+SSE Transport). */
const OF_OLDER_TRANSPORT: ReadonlySet<number> = new Set([400, 404, 405]);

/**
 * A connection over Streamable HTTP that goes on over HTTP+SSE if the server turns out to know nothing else:
 * when it refuses to be greeted.
 */
export class FallingBack implements ClientConnection {
  readonly closed: Promise<CloseReason>;
  readonly #older: ClientTransport;
  readonly #receiver: MessageReceiver;
  #connection: ClientConnection;
  #isClosing = false;
  #settleClosed: (reason: CloseReason) => void = () => undefined;

  constructor(connection: ClientConnection, older: ClientTransport, receiver: MessageReceiver) {
    this.#connection = connection;
    this.#older = older;
    this.#receiver = receiver;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    this.#follow(connection);
  }

  request(message: JsonRpcRequest, mirrored?: MirroredHeaders): ClientExchange {
    if (message.method !== "initialize") return this.#connection.request(message, mirrored);
    let exchange = this.#connection.request(message, mirrored);
    let isCancelled = false;
    const response = exchange.response.catch(async (error: unknown) => {
      if (isCancelled || !isOfOlderServer(error)) throw error;
      await this.#fallBack(error);
      exchange = this.#connection.request(message);
      return exchange.response;
    });
    return {
      response,
      cancel: (reason) => {
        isCancelled = true;
        exchange.cancel(reason);
      },
    };
  }

  notify(message: JsonRpcNotification): MaybePromise<void> {
    return this.#connection.notify(message);
  }

  answer(message: JsonRpcResponse): MaybePromise<void> {
    return this.#connection.answer(message);
  }

  negotiated(revision: Revision): void {
    this.#connection.negotiated(revision);
  }

  close(): Promise<void> {
    this.#isClosing = true;
    return this.#connection.close();
  }

  /** @throws the server's first refusal, when it knows the older transport no better */
  async #fallBack(refusal: HttpStatusError): Promise<void> {
    const first = this.#connection;
    const older = await this.#older.connect(this.#receiver).catch((error: unknown) => {
      this.#receiver.noise(`no HTTP+SSE either: ${error instanceof Error ? error.message : String(error)}`);
    });
    // Nobody waits for it any more.
    if (this.#isClosing) await older?.close();
    if (older === undefined || this.#isClosing) throw refusal;
    this.#connection = older;
    this.#follow(older);
    void first.close();
  }

  #follow(connection: ClientConnection): void {
    void connection.closed.then((reason) => {
      if (this.#connection === connection) this.#settleClosed(reason);
    });
  }
}

function isOfOlderServer(error: unknown): error is HttpStatusError {
  return error instanceof HttpStatusError && OF_OLDER_TRANSPORT.has(error.status);
}
