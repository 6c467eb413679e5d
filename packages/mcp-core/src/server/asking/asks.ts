import type { AnswerOutcome, CloseReason, Exchange } from "../../contract/index.js";
import { InvalidRequestError, ProtocolError } from "../../jsonrpc/errors.js";
import type { JsonObject, JsonRpcResponse, RequestId } from "../../jsonrpc/messages.js";
import type { Clock, Scheduled } from "../../protocol/clock.js";
import { AskTimeoutError, ConnectionLostError } from "../../protocol/errors.js";
import { fireAndForget, unwatched } from "../../protocol/promises.js";

interface Waiting {
  readonly owner: object;
  readonly exchange: Exchange;
  readonly timer: Scheduled;
  readonly resolve: (result: JsonObject) => void;
  readonly reject: (error: unknown) => void;
}

/** How long the client may take to answer, in ms, and the clock that says so. */
export interface AskLimits {
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Requests of ours that one peer may leave unanswered at a time. */
const MAX_WAITING = 1024;

/** The requests a server has sent to one peer, and waits for; the handshake era only. */
export class Asks {
  readonly #waiting = new Map<RequestId, Waiting>();
  readonly #prefix: string;
  readonly #limits: AskLimits;
  #next = 0;
  #closed = false;

  /** @param prefix keeps our ids apart from those of other links of the same session. */
  constructor(prefix: string, limits: AskLimits) {
    this.#prefix = prefix;
    this.#limits = limits;
  }

  /**
   * Sends a request on an exchange and settles with the client's answer.
   * @param owner whoever waits, as {@link abandon} knows it
   * @throws ProtocolError with the client's error; AskTimeoutError; ConnectionLostError when the peer is gone
   */
  async ask(
    method: string,
    params: JsonObject | undefined,
    exchange: Exchange,
    owner: object,
  ): Promise<JsonObject> {
    if (this.#closed) throw gone(false);
    if (this.#waiting.size >= MAX_WAITING) {
      throw new InvalidRequestError(
        `${String(MAX_WAITING)} requests to this client wait for an answer already`,
      );
    }
    const id = `${this.#prefix}${String(this.#next++)}`;
    const answered = this.#wait(id, method, exchange, owner);
    try {
      const sent = exchange.send({ jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) });
      // The answer, or the end of the connection, may come before the request counts as accepted.
      const [answer] = await Promise.all([answered, sent]);
      return answer;
    } finally {
      this.#take(id);
    }
  }

  answer(response: JsonRpcResponse): AnswerOutcome {
    const waiting = this.#take(response.id);
    if (waiting === undefined) return "unknown";
    if ("result" in response) waiting.resolve(response.result);
    else waiting.reject(new ProtocolError(response.error.code, response.error.message, response.error.data));
    return "delivered";
  }

  /** Ends everything this owner waits for, and tells the client to stop working on it (Cancellation). */
  abandon(owner: object, reason: unknown): void {
    for (const [id, waiting] of this.#waiting) if (waiting.owner === owner) this.#cancel(id, reason);
  }

  close({ error }: CloseReason): void {
    this.#closed = true;
    for (const id of this.#waiting.keys()) this.#take(id)?.reject(gone(true, error));
  }

  #wait(id: RequestId, method: string, exchange: Exchange, owner: object): Promise<JsonObject> {
    const { timeoutMs, clock } = this.#limits;
    const timer = clock.schedule(timeoutMs, () => {
      this.#cancel(id, new AskTimeoutError(method, timeoutMs));
    });
    const answered = new Promise<JsonObject>((resolve, reject) => {
      this.#waiting.set(id, { owner, exchange, timer, resolve, reject });
    });
    return unwatched(answered); // the peer may go away while the request is being sent
  }

  #cancel(id: RequestId, reason: unknown): void {
    const waiting = this.#take(id);
    if (waiting === undefined) return;
    const params = { requestId: id, ...(reason instanceof Error && { reason: reason.message }) };
    waiting.reject(reason);
    fireAndForget(() => waiting.exchange.send({ jsonrpc: "2.0", method: "notifications/cancelled", params }));
  }

  #take(id: RequestId | null | undefined): Waiting | undefined {
    if (id === undefined || id === null) return undefined;
    const waiting = this.#waiting.get(id);
    waiting?.timer.cancel();
    this.#waiting.delete(id);
    return waiting;
  }
}

function gone(mayHaveBeenDelivered: boolean, cause?: Error): ConnectionLostError {
  return new ConnectionLostError("The client is gone; no answer can come", { mayHaveBeenDelivered, cause });
}
