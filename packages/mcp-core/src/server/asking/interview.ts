import { InvalidParamsError, ProtocolError } from "../../jsonrpc/errors.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { InvalidAnswerError, TowpathErrorCode } from "../../protocol/errors.js";
import { nextTurn } from "../../protocol/turn.js";
import { isPlainJson, lossIn } from "../plain-json.js";
import { newJournal, type Journal } from "./journal.js";
import { isDefaultKey, KeyMaker } from "./keys.js";
import type { Question } from "./questions.js";
import { isInStep, runInStep } from "./step-scope.js";
import { Suspended } from "./suspended.js";

/** How often the client may be asked in one call. */
const MAX_ROUNDS = 10;
/** How often answers may come that nobody asks for again: once may be a race between two branches. */
const MAX_STRAYS = 1;

interface Unanswered {
  readonly question: Question<unknown>;
  readonly reject: (reason: Error) => void;
}

/** What a step is told. */
export interface StepInfo {
  /** The same whenever this step of this call is run again; for services that take one. */
  readonly idempotencyKey: string;
}

/** Claims a step for this run, or gives the result of the run that had it. */
export type Claim = (step: string, run: () => Promise<JsonValue[]>) => Promise<readonly JsonValue[]>;

/** Asks the client while the handler waits, where the way back is open; settles with the result. */
export type AskNow = (question: Question<unknown>, key: string) => Promise<JsonObject>;

/** Why a run came to its end before its handler did. */
export type Stop =
  | { readonly kind: "asks"; readonly questions: ReadonlyMap<string, Question<unknown>> }
  | { readonly kind: "error"; readonly error: Error };

export interface InterviewOptions {
  readonly journal?: Journal | undefined;
  /** Answers that came along, by key. */
  readonly responses?: JsonObject;
  readonly claim: Claim;
  /** Called once, when the run is to end without its handler. */
  readonly stopped: (stop: Stop) => void;
  readonly askNow?: AskNow | undefined;
}

/**
 * One run of a handler that asks: what it is answered is known from earlier rounds, or has come along with
 * the request. Questions nobody has answered gather, and stop the run.
 */
export class Interview {
  readonly #journal: Journal;
  readonly #responses: JsonObject;
  readonly #claim: Claim;
  readonly #answers: Map<string, JsonValue>;
  readonly #steps: Map<string, readonly JsonValue[]>;
  readonly #keys = new KeyMaker();
  readonly #consumed = new Set<string>();
  readonly #stepNames = new Set<string>();
  readonly #unanswered = new Map<string, Unanswered>();
  readonly #stopped: (stop: Stop) => void;
  readonly #askNow: AskNow | undefined;
  #busy = 0;
  /** Questions that have gone out, and are not answered. */
  #out = 0;
  #waitsForTurn = false;
  #stop: Stop | undefined;
  #over: { readonly reason: Error } | undefined;

  constructor({ journal = newJournal(), responses = {}, claim, stopped, askNow }: InterviewOptions) {
    this.#journal = journal;
    this.#responses = responses;
    this.#claim = claim;
    this.#askNow = askNow;
    this.#answers = new Map(this.#journal.answers);
    this.#steps = new Map(this.#journal.steps);
    this.#stopped = stopped;
  }

  get stop(): Stop | undefined {
    return this.#stop;
  }

  /** Whether something was asked that has no answer yet. */
  get waits(): boolean {
    return this.#out > 0 || this.#unanswered.size > 0;
  }

  /** What came along with this request alone; null is no answer. */
  response(key: string): JsonValue | undefined {
    return Object.hasOwn(this.#responses, key) ? (this.#responses[key] ?? undefined) : undefined;
  }

  /** The answer that is known; else a promise that rejects with `Suspended`. */
  async ask<Answer>(question: Question<Answer>, key?: string): Promise<Answer> {
    this.#checkOpen();
    const name = this.#keys.keyFor(question, key);
    if (this.#askNow !== undefined) return question.read(await this.#put(this.#askNow(question, name)));
    const known = this.#answers.get(name) ?? this.response(name);
    if (known === undefined) return this.#gather(name, question);
    this.#consumed.add(name);
    this.#answers.set(name, known);
    return this.#while(async () => this.#read(question, name, known));
  }

  async step<T>(name: string, work: (info: StepInfo) => T | Promise<T>, once: boolean): Promise<T> {
    this.#checkOpen();
    if (typeof name !== "string" || name === "") throw new TypeError("A step needs a name");
    if (this.#stepNames.has(name)) throw new TypeError(`There are two steps named "${name}" in one run`);
    this.#stepNames.add(name);
    const done = this.#steps.get(name);
    const result = done ?? (await this.#while(() => this.#perform(name, work, once)));
    // A copy, as it will be next time: what a handler changes is not what the step gave.
    return (result.length === 0 ? undefined : structuredClone(result[0])) as T;
  }

  /**
   * The journal for the next round, in which these keys will have been asked for.
   * @param called what the handler is of, as in `tools/call ("add")`
   * @throws ProtocolError after too many rounds; Error when the questions are never the same
   */
  next(asking: readonly string[], called: string): Journal {
    const { callId, asked, round } = this.#journal;
    if (round >= MAX_ROUNDS) throw tooManyRounds();
    const stray = asked.some((key) => isDefaultKey(key) && this.#isKnown(key) && !this.#consumed.has(key));
    const strays = stray && asking.some(isDefaultKey) ? this.#journal.strays + 1 : 0;
    if (strays > MAX_STRAYS) throw new Error(`The questions of ${called} differ from run to run: pass a key`);
    // Answers to what this run did not come to ask again are kept for the next one.
    for (const key of asked) {
      const answer = this.response(key);
      if (answer !== undefined && !this.#answers.has(key)) this.#answers.set(key, answer);
    }
    return { callId, round: round + 1, answers: this.#answers, steps: this.#steps, asked: asking, strays };
  }

  /** The request is over: what still waits never gets its answer, and nothing further is begun. */
  end(reason: Error): void {
    this.#over ??= { reason };
    for (const { reject } of this.#unanswered.values()) reject(reason);
  }

  #checkOpen(): void {
    if (isInStep(this)) throw new TypeError("A step can neither ask nor hold another step");
    if (this.#stop !== undefined) throw new Suspended();
    if (this.#over !== undefined) throw this.#over.reason;
  }

  async #read<Answer>(question: Question<Answer>, key: string, known: JsonValue): Promise<Answer> {
    try {
      return await question.read(known);
    } catch (error) {
      if (!(error instanceof InvalidAnswerError)) throw error;
      const problem = `params.inputResponses[${JSON.stringify(key)}]: ${error.message}`;
      const refusal = new InvalidParamsError(`Invalid params: ${problem}`);
      this.#end({ kind: "error", error: refusal });
      throw refusal;
    }
  }

  async #put(asked: Promise<JsonObject>): Promise<JsonObject> {
    this.#out += 1;
    try {
      return await asked;
    } finally {
      this.#out -= 1;
    }
  }

  #gather(key: string, question: Question<unknown>): Promise<never> {
    return new Promise((_, reject) => {
      this.#unanswered.set(key, { question, reject });
      void this.#consider();
    });
  }

  /** Suspends once nothing goes on any more that could ask further questions, or has to be recorded first. */
  async #consider(): Promise<void> {
    if (this.#waitsForTurn || this.#unanswered.size === 0) return;
    this.#waitsForTurn = true;
    await nextTurn();
    this.#waitsForTurn = false;
    if (this.#busy > 0 || this.#over !== undefined || this.#stop !== undefined) return;
    const questions = [...this.#unanswered].map(([key, { question }]) => [key, question] as const);
    this.#end({ kind: "asks", questions: new Map(questions) });
  }

  #end(stop: Stop): void {
    if (this.#stop !== undefined) return;
    this.#stop = stop;
    for (const { reject } of this.#unanswered.values()) reject(new Suspended());
    this.#stopped(stop);
  }

  async #while<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      void this.#consider();
    }
  }

  async #perform(
    name: string,
    work: (info: StepInfo) => unknown,
    once: boolean,
  ): Promise<readonly JsonValue[]> {
    const info: StepInfo = { idempotencyKey: `${this.#journal.callId}.${name}` };
    const run = async (): Promise<JsonValue[]> => stepResult(name, await runInStep(this, () => work(info)));
    const result = once ? await this.#claim(`${this.#journal.callId}/${name}`, run) : await run();
    this.#steps.set(name, result);
    return result;
  }

  #isKnown(key: string): boolean {
    return this.#answers.has(key) || this.response(key) !== undefined;
  }
}

/** @throws TypeError for what would not be the same in the next round */
function stepResult(name: string, value: unknown): JsonValue[] {
  if (value === undefined) return [];
  if (!isPlainJson(value)) {
    const loss = lossIn(value, "result") ?? "something else";
    throw new TypeError(
      `The result of step "${name}" must be plain JSON, since it is kept between rounds: there is ${loss}`,
    );
  }
  // `isPlainJson` has just said so; a copy, since its owner may change it.
  return [structuredClone(value) as JsonValue];
}

function tooManyRounds(): ProtocolError {
  const message = `The client was asked ${String(MAX_ROUNDS)} times, and more is missing still`;
  return new ProtocolError(TowpathErrorCode.tooManyRounds, message);
}
