import type { ClientConnection } from "../../contract/index.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import type { JsonRpcRequest, JsonRpcResponse, RequestId } from "../../jsonrpc/messages.js";
import { BusyError, ConnectionLostError } from "../../protocol/errors.js";
import { fireAndForget } from "../../protocol/promises.js";
import type { Calls } from "../calls.js";
import type { Agreed } from "../negotiate.js";
import { asProtocolError, readQuestion } from "./questions.js";
import type { Answering } from "./reader.js";
import { checkRoots } from "./roots.js";

/** Questions of one server's that are being answered at a time. */
const MAX_UNDER_WAY = 1024;

interface UnderWay {
  readonly controller: AbortController;
  /** Calls in flight may count as idle again, as far as this question goes. */
  readonly release: () => void;
}

/** Answers the requests of servers of the handshake era, each as soon as it can. */
export class Answers {
  readonly #us: Answering;
  readonly #calls: Calls;
  readonly #report: (error: unknown) => void;
  readonly #underWay = new WeakMap<ClientConnection, Map<RequestId, UnderWay>>();

  /**
   * @param report told of failures that the server does not see as they are
   * @throws TypeError for roots that are none
   */
  constructor(us: Answering, calls: Calls, report: (error: unknown) => void) {
    checkRoots(us.handlers.roots);
    this.#us = us;
    this.#calls = calls;
    this.#report = report;
  }

  /** @returns false when a request with this id is being answered already */
  answer(connection: ClientConnection, request: JsonRpcRequest, agreed: Agreed): boolean {
    const underWay = this.#on(connection);
    const { id } = request;
    if (underWay.has(id)) return false;
    if (underWay.size >= MAX_UNDER_WAY) {
      const busy = new BusyError(
        `${String(MAX_UNDER_WAY)} requests of this server's are being answered already`,
      );
      this.#reply(connection, { jsonrpc: "2.0", id, error: busy.toJSON() });
      return true;
    }
    const controller = new AbortController();
    const release = this.#calls.hold();
    underWay.set(id, { controller, release });
    void this.#respond(request, agreed, controller.signal).then((response) => {
      underWay.delete(id);
      release();
      if (!controller.signal.aborted) this.#reply(connection, response);
    });
    return true;
  }

  /** The server wants no answer any more (Cancellation). */
  cancelled(connection: ClientConnection, id: RequestId, reason: unknown): void {
    const text = typeof reason === "string" ? reason : "the server cancelled its request";
    const question = this.#on(connection).get(id);
    if (question !== undefined) abort(question, new DOMException(text, "AbortError"));
  }

  async #respond(
    { id, method, params }: JsonRpcRequest,
    agreed: Agreed,
    signal: AbortSignal,
  ): Promise<JsonRpcResponse> {
    try {
      const answer = readQuestion(method, params, this.#us, agreed.revision);
      const result = await answer({ signal, server: agreed.server, method: undefined });
      return { jsonrpc: "2.0", id, result };
    } catch (error) {
      // A handler that gives up because nobody waits any more has not failed.
      if (!(error instanceof ProtocolError || signal.aborted)) this.#report(error);
      return { jsonrpc: "2.0", id, error: asProtocolError(error).toJSON() };
    }
  }

  #reply(connection: ClientConnection, response: JsonRpcResponse): void {
    fireAndForget(async () => {
      try {
        await connection.answer(response);
      } catch (error) {
        if (!(error instanceof TypeError)) return; // the connection is gone
        // An answer that JSON cannot carry must not leave the server waiting.
        this.#report(error);
        await connection.answer(withoutValue(response, error));
      }
    });
  }

  #on(connection: ClientConnection): Map<RequestId, UnderWay> {
    const known = this.#underWay.get(connection);
    if (known !== undefined) return known;
    const underWay = new Map<RequestId, UnderWay>();
    this.#underWay.set(connection, underWay);
    void connection.closed.then(({ error }) => {
      const reason = new ConnectionLostError("The connection ended", {
        mayHaveBeenDelivered: false,
        cause: error,
      });
      for (const question of underWay.values()) abort(question, reason);
    });
    return underWay;
  }
}

/** Its handler may not heed that, and nobody waits for it. */
function abort({ controller, release }: UnderWay, reason: Error): void {
  release();
  controller.abort(reason);
}

/** What is left of a response whose result, or whose error's data, cannot be sent. */
function withoutValue(response: JsonRpcResponse, problem: TypeError): JsonRpcResponse {
  if ("result" in response)
    return { jsonrpc: "2.0", id: response.id, error: asProtocolError(problem).toJSON() };
  const { code, message } = response.error;
  return { ...response, error: { code, message } };
}
