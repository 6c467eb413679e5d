import type { AnswerOutcome, CloseReason, Exchange } from "../../contract/index.js";
import { InvalidRequestError } from "../../jsonrpc/errors.js";
import type { JsonObject, JsonRpcResponse, RequestId } from "../../jsonrpc/messages.js";
import type { Clock, Scheduled } from "../../protocol/clock.js";
import { AskRefusedError, AskTimeoutError, ConnectionLostError } from "../../protocol/errors.js";
import { fireAndForget, unwatched, type MaybePromise } from "../../protocol/promises.js";
import type { AnswerDesk } from "./answer-desk.js";

interface Waiting {
  readonly method: string;
  readonly owner: object;
  readonly exchange: Exchange;
  readonly timer: Scheduled;
  readonly resolve: (result: JsonObject) => void;
  readonly reject: (error: unknown) => void;
  /** Before that there is nothing the client could be told to stop. */
  sent: boolean;
}

/** How long the client may take to answer, in ms, and the clock that says so. */
export interface AskLimits {
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Where answers arrive that another node was given, for a session that several nodes serve. */
export interface AnswerRoute {
  readonly desk: AnswerDesk;
  readonly session: string;
}

/** No person has to think about a ping. */
const PING_TIMEOUT_MS = 60_000;

/** Requests of ours that one peer may leave unanswered at a time. */
const MAX_WAITING = 1024;

/** The requests a server has sent to one peer, and waits for; the handshake era only. */
export class Asks {
  readonly #waiting = new Map<RequestId, Waiting>();
  readonly #prefix: string;
  readonly #limits: AskLimits;
  readonly #route: AnswerRoute | undefined;
  #next = 0;
  #closed = false;

  /** @param prefix keeps our ids apart from those of other links of the same session; ends with a colon */
  constructor(prefix: string, limits: AskLimits, route?: AnswerRoute) {
    this.#prefix = prefix;
    this.#limits = limits;
    this.#route = route;
  }

  /**
   * Sends a request on an exchange and settles with the client's answer.
   * @param owner whoever waits, as {@link abandon} knows it
   * @throws AskRefusedError with the client's error; AskTimeoutError; ConnectionLostError when the peer is gone
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
      // Whoever waits may give up, and the peer may go away, before the question can be put.
      if (this.#route !== undefined) await Promise.race([this.#open(this.#route), answered]);
      const waiting = this.#waiting.get(id);
      if (waiting === undefined) return await answered;
      waiting.sent = true;
      const sent = exchange.send({ jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) });
      // The answer, or the end of the connection, may come before the request counts as accepted.
      const [answer] = await Promise.all([answered, sent]);
      return answer;
    } finally {
      this.#take(id);
    }
  }

  get clock(): Clock {
    return this.#limits.clock;
  }

  /** An answer may have been asked for by this link, or by another of the same session on any node. */
  answer(response: JsonRpcResponse): MaybePromise<AnswerOutcome> {
    const delivered = this.#deliver(response);
    if (delivered || this.#route === undefined || typeof response.id !== "string")
      return delivered ? "delivered" : "unknown";
    const prefix = response.id.slice(0, response.id.lastIndexOf(":") + 1);
    const ours = prefix === "" || prefix === this.#prefix;
    const { desk, session } = this.#route;
    return ours ? "unknown" : desk.pass(response, prefix, session);
  }

  /** Ends everything this owner waits for, and tells the client to stop working on it (Cancellation). */
  abandon(owner: object, reason: unknown): void {
    for (const [id, waiting] of this.#waiting) if (waiting.owner === owner) this.#cancel(id, reason);
  }

  close({ error }: CloseReason): void {
    this.#closed = true;
    for (const id of this.#waiting.keys()) this.#take(id)?.reject(gone(true, error));
    this.#route?.desk.close(this.#prefix);
  }

  #open({ desk, session }: AnswerRoute): Promise<void> {
    return desk.open(this.#prefix, { session, deliver: (response) => this.#deliver(response) });
  }

  #deliver(response: JsonRpcResponse): boolean {
    const waiting = this.#take(response.id);
    if (waiting === undefined) return false;
    if ("result" in response) waiting.resolve(response.result);
    else waiting.reject(new AskRefusedError(waiting.method, response.error));
    return true;
  }

  #wait(id: RequestId, method: string, exchange: Exchange, owner: object): Promise<JsonObject> {
    const { clock, timeoutMs: longest } = this.#limits;
    const timeoutMs = method === "ping" ? Math.min(PING_TIMEOUT_MS, longest) : longest;
    const timer = clock.schedule(timeoutMs, () => {
      this.#cancel(id, new AskTimeoutError(method, timeoutMs));
    });
    const answered = new Promise<JsonObject>((resolve, reject) => {
      this.#waiting.set(id, { method, owner, exchange, timer, resolve, reject, sent: false });
    });
    return unwatched(answered); // the peer may go away while the request is being sent
  }

  #cancel(id: RequestId, reason: unknown): void {
    const waiting = this.#take(id);
    if (waiting === undefined) return;
    const params = { requestId: id, ...(reason instanceof Error && { reason: reason.message }) };
    waiting.reject(reason);
    if (!waiting.sent) return;
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
