import type { MethodContext } from "../../extension/context.js";
import type { MethodResult } from "../../extension/server.js";
import { InvalidRequestError, ProtocolError } from "../../jsonrpc/errors.js";
import type { JsonObject, JsonRpcErrorObject } from "../../jsonrpc/messages.js";
import type { Clock } from "../../protocol/clock.js";
import { AskRefusedError, AskTimeoutError, ShuttingDownError } from "../../protocol/errors.js";
import { unwatched } from "../../protocol/promises.js";
import { RELATED_TASK } from "../wire.js";
import { patienceFor, patiently } from "./patience.js";
import type { Answer } from "./record.js";
import { leftOf, type Known } from "./store.js";
import type { Tasks } from "./tasks.js";
import { errorOf } from "./views.js";

/** How often a task is looked at that nothing is heard of, in ms. */
const LOOK_MS = 30_000;

/** How long it is tried to keep an answer that the client gave, in ms. */
const KEEP_MS = 30_000;

/**
 * `tasks/result`: waits for the end of a task, and meanwhile puts its questions to the client (2025-11-25, Tasks,
 * Result Retrieval; Input Required Status).
 */
export class ResultExchanges {
  readonly #tasks: Tasks;
  readonly #clock: Clock;

  constructor(tasks: Tasks, clock: Clock) {
    this.#tasks = tasks;
    this.#clock = clock;
  }

  /** @throws ProtocolError, the one with which the task ended if it did so */
  async serve(params: JsonObject, ctx: MethodContext): Promise<MethodResult> {
    const found = await this.#tasks.find(params, ctx.principal);
    if (found.record.outcome !== undefined) return this.#resultOf(found);
    const exchange = new ResultExchange(ctx, (question, known) => this.#put(question, known, ctx));
    // Heard from before it is read on: no change falls between the two.
    const following = this.#tasks.followers.follow(found.taskId);
    const release = this.#tasks.watch.hold(found.record.node);
    try {
      await following.begun;
      for (;;) {
        const known = await this.#tasks.find(params, ctx.principal);
        if (known.record.outcome !== undefined) return await this.#resultOf(known);
        exchange.ask(known);
        const nextLook = Math.min(leftOf(known.record) + 1, LOOK_MS);
        await Promise.race([following.next(nextLook), exchange.failed]);
      }
    } finally {
      following.stop();
      release();
    }
  }

  /** Puts a question to the client, and keeps its answer. */
  async #put(key: string, { taskId }: Known, ctx: MethodContext): Promise<void> {
    try {
      // Another exchange may have kept an answer since the task was read.
      const { questions = {} } = (await this.#tasks.store.read(taskId))?.record ?? {};
      const question = Object.hasOwn(questions, key) ? questions[key] : undefined;
      if (question === undefined) return;
      const answer = await answerTo(question, taskId, ctx);
      await patiently(
        async () => {
          const known = await this.#tasks.store.read(taskId);
          if (known !== undefined) await this.#tasks.answer(known, { [key]: answer });
        },
        patienceFor(this.#clock, KEEP_MS),
      );
    } finally {
      this.#tasks.followers.call(taskId);
    }
  }

  async #resultOf(ended: Known): Promise<MethodResult> {
    const { taskId, record } = await this.#tasks.store.complete(ended);
    const { outcome } = record;
    if (outcome?.kind === "result" && outcome.value !== undefined) {
      const meta = outcome.value["_meta"] as JsonObject | undefined; // a result's is an object or nothing
      return { ...outcome.value, _meta: { ...meta, [RELATED_TASK]: { taskId } } };
    }
    // A request that was cancelled has no response, and there is no code for it: the official client takes any error.
    if (outcome?.kind === "cancelled")
      throw new InvalidRequestError("The task was cancelled: it has no result");
    const { code, message, data } = errorOf(outcome?.kind === "error" ? outcome.value : undefined);
    throw new ProtocolError(code, message, data);
  }
}

/** One `tasks/result` while it waits. */
class ResultExchange {
  /** Rejects when the exchange cannot go on. */
  readonly failed: Promise<never>;
  readonly #put: (key: string, known: Known) => Promise<void>;
  /** What it was asked, each once; another exchange of the same client may have lost its way back, and asks as well. */
  readonly #asked = new Set<string>();
  #fail: (error: unknown) => void = () => undefined;

  constructor(ctx: MethodContext, put: (key: string, known: Known) => Promise<void>) {
    this.#put = put;
    this.failed = unwatched(new Promise<never>((_resolve, reject) => (this.#fail = reject)));
    void ctx.untilEnded().then(() => {
      this.#fail(ctx.signal.aborted ? ctx.signal.reason : new ShuttingDownError());
    });
  }

  ask(known: Known): void {
    for (const key of Object.keys(known.record.questions ?? {})) {
      if (this.#asked.has(key)) continue;
      this.#asked.add(key);
      this.#put(key, known).catch(this.#fail);
    }
  }
}

async function answerTo(
  { method, params }: { readonly method: string; readonly params?: object },
  taskId: string,
  ctx: MethodContext,
): Promise<Answer> {
  const asked = params as JsonObject | undefined; // the params of a question are JSON
  const meta = asked?.["_meta"] as JsonObject | undefined; // as its author gave it, an object
  try {
    const related = { ...asked, _meta: { ...meta, [RELATED_TASK]: { taskId } } };
    return { result: await ctx.request(method, related) };
  } catch (error) {
    if (error instanceof AskRefusedError) return { error: clientErrorOf(method, error) };
    // The question is put again when the client asks for the result again.
    throw error instanceof AskTimeoutError ? new InvalidRequestError(error.message) : error;
  }
}

/** The client's own error, without what was put before its message. */
function clientErrorOf(method: string, { code, message, data }: AskRefusedError): JsonRpcErrorObject {
  const said = new AskRefusedError(method, { code, message: "" }).message;
  const own = message.startsWith(said) ? message.slice(said.length) : message;
  // An error object of JSON-RPC had it.
  return data === undefined ? { code, message: own } : ({ code, message: own, data } as JsonRpcErrorObject);
}
