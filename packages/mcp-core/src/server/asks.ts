import type { AnswerOutcome, CloseReason, Exchange } from "../contract/index.js";
import { InvalidRequestError, ProtocolError } from "../jsonrpc/errors.js";
import type { JsonObject, JsonRpcResponse, RequestId } from "../jsonrpc/messages.js";
import { ConnectionLostError } from "../protocol/errors.js";

interface Waiting {
  readonly owner: object;
  readonly resolve: (result: JsonObject) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests of ours that one peer may leave unanswered at a time. */
const MAX_WAITING = 1024;

/** The requests a server has sent to one peer, and waits for; the handshake era only. */
export class Asks {
  readonly #waiting = new Map<RequestId, Waiting>();
  readonly #prefix: string;
  #next = 0;
  #closed: CloseReason | undefined;

  /** @param prefix keeps our ids apart from those of other links of the same session. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /**
   * Sends a request on an exchange and settles with the client's answer.
   * @param owner whoever waits, as {@link abandon} knows it
   * @throws ProtocolError with the client's error; ConnectionLostError when the peer is gone
   */
  async ask(
    method: string,
    params: JsonObject | undefined,
    exchange: Exchange,
    owner: object,
  ): Promise<JsonObject> {
    if (this.#closed !== undefined) throw gone(false);
    if (this.#waiting.size >= MAX_WAITING) {
      throw new InvalidRequestError(
        `${String(MAX_WAITING)} requests to this client wait for an answer already`,
      );
    }
    const id = `${this.#prefix}${String(this.#next++)}`;
    const answered = new Promise<JsonObject>((resolve, reject) => {
      this.#waiting.set(id, { owner, resolve, reject });
    });
    try {
      const sent = exchange.send({ jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) });
      // The answer, or the end of the connection, may come before the request counts as accepted.
      const [answer] = await Promise.all([answered, sent]);
      return answer;
    } finally {
      this.#waiting.delete(id);
    }
  }

  answer(response: JsonRpcResponse): AnswerOutcome {
    const { id } = response;
    const waiting = id === undefined || id === null ? undefined : this.#waiting.get(id);
    if (waiting === undefined || id === undefined || id === null) return "unknown";
    this.#waiting.delete(id);
    if ("result" in response) waiting.resolve(response.result);
    else waiting.reject(new ProtocolError(response.error.code, response.error.message, response.error.data));
    return "delivered";
  }

  /** Ends everything this owner waits for. */
  abandon(owner: object, reason: unknown): void {
    for (const waiting of this.#waiting.values()) if (waiting.owner === owner) waiting.reject(reason);
  }

  close(reason: CloseReason): void {
    this.#closed = reason;
    for (const { reject } of this.#waiting.values()) reject(gone(true));
    this.#waiting.clear();
  }
}

function gone(mayHaveBeenDelivered: boolean): ConnectionLostError {
  return new ConnectionLostError("The client is gone; no answer can come", { mayHaveBeenDelivered });
}
