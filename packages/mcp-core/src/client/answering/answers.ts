import type { ClientConnection } from "../../contract/index.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import { isObject, shortened } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonRpcRequest, JsonRpcResponse, RequestId } from "../../jsonrpc/messages.js";
import { asProtocolError } from "../../protocol/as-protocol-error.js";
import { BusyError, ConnectionLostError } from "../../protocol/errors.js";
import { RELATED_TASK } from "../../tasks/wire.js";
import type { Calls } from "../calls.js";
import type { Extensions } from "../extensions.js";
import type { Agreed } from "../negotiate.js";
import type { Inbox } from "../inbox.js";
import { readQuestion } from "./questions.js";
import type { Answering } from "./reader.js";
import { checkRoots } from "./roots.js";

/** Questions of one server's that are being answered at a time, those whose answers are on their way included. */
const MAX_UNDER_WAY = 1024;

interface Question {
  readonly controller: AbortController;
  /** Calls in flight may count as idle again, as far as this question goes. */
  readonly release: () => void;
}

/** What is done for one connection. */
interface UnderWay {
  readonly questions: Map<RequestId, Question>;
  /** Answers on their way. */
  sending: number;
}

/** Answers the requests of servers of the handshake era, each as soon as it can. */
export class Answers {
  readonly #us: Answering;
  readonly #calls: Calls;
  readonly #report: (error: unknown) => void;
  readonly #inbox: Pick<Inbox, "noise" | "replies">;
  readonly #extensions: Pick<Extensions, "serve">;
  readonly #underWay = new WeakMap<ClientConnection, UnderWay>();

  /**
   * @param inbox told of what is not answered
   * @param report told of failures that the server does not see as they are
   * @param extensions are asked first
   * @throws TypeError for roots that are none
   */
  constructor(
    us: Answering,
    calls: Calls,
    inbox: Pick<Inbox, "noise" | "replies">,
    report: (error: unknown) => void,
    extensions: Pick<Extensions, "serve">,
  ) {
    this.#extensions = extensions;
    checkRoots(us.handlers.roots);
    this.#us = us;
    this.#calls = calls;
    this.#inbox = inbox;
    this.#report = report;
  }

  answer(connection: ClientConnection, request: JsonRpcRequest, agreed: Agreed): void {
    const underWay = this.#on(connection);
    const { questions } = underWay;
    const { id, method } = request;
    if (questions.has(id)) {
      const what = `a request of the server's, ${shortened(method)}, with the id of one that is being answered`;
      this.#inbox.noise(what);
      return;
    }
    if (questions.size + underWay.sending >= MAX_UNDER_WAY) {
      const text = `${String(MAX_UNDER_WAY)} requests of this server's are being answered already`;
      const error = new BusyError(text).toJSON();
      this.#inbox.replies.give(connection, request, { jsonrpc: "2.0", id, error });
      return;
    }
    const controller = new AbortController();
    const release = this.#calls.hold();
    questions.set(id, { controller, release });
    void this.#respond(request, agreed, controller.signal).then(async (response) => {
      questions.delete(id);
      release();
      if (controller.signal.aborted) return;
      underWay.sending += 1;
      await this.#reply(connection, response);
      underWay.sending -= 1;
    });
  }

  /** The server wants no answer any more (Cancellation). */
  cancelled(connection: ClientConnection, id: RequestId, reason: unknown): void {
    const text = typeof reason === "string" ? reason : "the server cancelled its request";
    const question = this.#on(connection).questions.get(id);
    if (question !== undefined) abort(question, new DOMException(text, "AbortError"));
  }

  async #respond(
    { id, method, params }: JsonRpcRequest,
    agreed: Agreed,
    signal: AbortSignal,
  ): Promise<JsonRpcResponse> {
    try {
      const served = this.#extensions.serve(method, params ?? {}, { signal });
      if (served !== undefined) return { jsonrpc: "2.0", id, result: await served };
      const answer = readQuestion(method, params, this.#us, agreed.revision);
      const result = await answer({ signal, server: agreed.server, method: undefined });
      return { jsonrpc: "2.0", id, result: related(result, params) };
    } catch (error) {
      // A handler that gives up because nobody waits any more has not failed.
      if (!(error instanceof ProtocolError || signal.aborted)) this.#report(error);
      return { jsonrpc: "2.0", id, error: asProtocolError(error).toJSON() };
    }
  }

  /** Settles when nothing more can be done about the answer. */
  async #reply(connection: ClientConnection, response: JsonRpcResponse): Promise<void> {
    try {
      await connection.answer(response);
    } catch (error) {
      if (!(error instanceof TypeError)) return; // the connection is gone
      // An answer that JSON cannot carry must not leave the server waiting.
      this.#report(error);
      await Promise.resolve(withoutValue(response, error))
        .then((rest) => connection.answer(rest))
        .catch(() => undefined); // the connection is gone
    }
  }

  #on(connection: ClientConnection): UnderWay {
    const known = this.#underWay.get(connection);
    if (known !== undefined) return known;
    const underWay: UnderWay = { questions: new Map(), sending: 0 };
    this.#underWay.set(connection, underWay);
    void connection.closed.then(({ error }) => {
      const reason = new ConnectionLostError("The connection ended", {
        mayHaveBeenDelivered: false,
        cause: error,
      });
      for (const question of underWay.questions.values()) abort(question, reason);
    });
    return underWay;
  }
}

/** An answer belongs to the task that its question belongs to (2025-11-25, Tasks, Associating Task-Related Messages). */
function related(result: JsonObject, params: JsonObject | undefined): JsonObject {
  const asked = params?.["_meta"];
  const task = isObject(asked) ? asked[RELATED_TASK] : undefined;
  if (!isObject(task) || typeof task["taskId"] !== "string") return result;
  const own = isObject(result["_meta"]) ? result["_meta"] : {};
  return { ...result, _meta: { ...own, [RELATED_TASK]: { taskId: task["taskId"] } } };
}

/** Its handler may not heed that, and nobody waits for it. */
function abort({ controller, release }: Question, reason: Error): void {
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
