import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { unwatched } from "../../protocol/promises.js";
import { hasElicitationIds } from "../../protocol/revisions.js";
import type { StandardSchema } from "../../protocol/standard-schema.js";
import type { CreateMessageParams, InputRequest } from "../../protocol/question-types.js";
import type { AskingHost } from "./host.js";
import { Interview, type Claim, type Stop } from "./interview.js";
import type { Journal } from "./journal.js";
import {
  formQuestion,
  questionOf,
  rootsQuestion,
  sampleQuestion,
  urlQuestion,
  type AskedQuestion,
  type AskOptions,
  type Question,
  type UrlAskOptions,
} from "./questions.js";
import { inputResponses, stateContext } from "./request-state.js";
import type { AskingServices } from "./services.js";
import type { AskingContext, StepOptions } from "./asking-context.js";

/** How long a handler may take to end after its run was suspended, in ms; its result is not waited for longer. */
const GRACE_MS = 1_000;

/**
 * What the handler of one request asks. In the handshake era questions go out while it waits; in the
 * stateless era its run ends with them, and another run, in another request, has the answers. `replays`
 * makes it so in both.
 */
export class Asker {
  readonly #ctx: AskingHost;
  readonly #services: AskingServices;
  readonly #inRounds: boolean;
  #interview: Interview;
  /** Where the journal of the earlier rounds was kept, if it did not travel. */
  #kept: string | undefined;
  #over: { readonly reason: Error } | undefined;

  constructor(ctx: AskingHost, services: AskingServices) {
    this.#ctx = ctx;
    this.#services = services;
    const inRounds = ctx.client.era === "stateless" || ctx.link.peer.replays === true;
    this.#inRounds = inRounds && ctx.ask === undefined;
    this.#interview = this.#begin(undefined, {});
  }

  get stop(): Stop | undefined {
    return this.#interview.stop;
  }

  /** Whether something was asked that has no answer yet. */
  get waits(): boolean {
    return this.#interview.waits;
  }

  readonly elicit = ((message: string, about?: StandardSchema | URL, options: UrlAskOptions = {}) =>
    about instanceof URL
      ? this.#ask(() => urlQuestion(message, about, this.#revision, options.elicitationId), options)
      : this.#ask(() => formQuestion(message, about, this.#revision), options)) as AskingContext["elicit"]; // its overloads

  readonly sample = (params: CreateMessageParams, options?: AskOptions) =>
    this.#ask(() => sampleQuestion(params, this.#revision), options);

  readonly roots = (options?: AskOptions) => this.#ask(rootsQuestion, options);

  readonly ask = ((questions: Readonly<Record<string, AskedQuestion>>) => {
    const asked = Object.entries(questions).map(async ([key, question]) => {
      return [key, await this.#ask(() => questionOf(question, this.#revision), { key })] as const;
    });
    return unwatched(Promise.all(asked).then(Object.fromEntries));
  }) as AskingContext["ask"]; // the answers are what `AnswerTo` says of each question

  readonly step = <T>(name: string, work: Parameters<AskingContext["step"]>[1], options: StepOptions = {}) =>
    unwatched(this.#interview.step(name, work, options.once === true)) as Promise<T>; // what `work` gave

  /**
   * Takes what the client sent along from earlier rounds.
   * @throws InvalidParamsError for state that is not ours, or not for this request
   */
  async open(params: JsonObject): Promise<void> {
    const responses = inputResponses(params);
    const { requestState } = params;
    const { states } = this.#services;
    const state = requestState === undefined ? undefined : await states.read(requestState, this.#context());
    this.#kept = state?.kept;
    this.#interview = this.#begin(state?.journal, responses);
  }

  /**
   * The result that asks the client for what this run stopped for.
   * @throws ProtocolError after too many rounds; Error when the questions differ from run to run
   */
  async inputRequired(questions: ReadonlyMap<string, InputRequest>): Promise<JsonObject> {
    const journal = this.#interview.next([...questions.keys()], this.#ctx.called);
    const requestState = await this.#services.states.write(journal, this.#context());
    const inputRequests = Object.fromEntries(questions) as unknown as JsonObject; // JSON, every one
    return { resultType: "input_required", inputRequests, requestState };
  }

  /** What the client answered in this very request. */
  response(key: string): JsonValue | undefined {
    return this.#interview.response(key);
  }

  /** Asks what this run stopped for while the client waits, and gives the asker of the next run, which knows. */
  async answerNow(questions: ReadonlyMap<string, Question<unknown>>): Promise<Asker> {
    const journal = this.#interview.next([...questions.keys()], this.#ctx.called);
    const asked = [...questions].map(
      async ([key, { request }]) => [key, await this.#askNow(key, request)] as const,
    );
    const responses = Object.fromEntries(await Promise.all(asked));
    const next = new Asker(this.#ctx, this.#services);
    next.#interview = next.#begin(journal, responses);
    return next;
  }

  /** The request is over; the first reason counts. */
  end(reason: Error): void {
    if (this.#over === undefined && this.#kept !== undefined)
      this.#services.states.used(this.#kept).catch(this.#report);
    this.#over ??= { reason };
    this.#interview.end(reason);
  }

  get #revision() {
    return this.#ctx.client.revision;
  }

  /** What state is bound to is the request as it was sent, whatever middleware made of it. */
  #context(): string {
    const { principal, method, params } = this.#ctx;
    return stateContext(this.#services.server, principal?.id, method, params);
  }

  #begin(journal: Journal | undefined, responses: JsonObject): Interview {
    const interview = new Interview({
      journal,
      responses,
      claim: this.#claim,
      stopped: (stop) => {
        this.#ctx.stopped(stop, GRACE_MS);
      },
      askNow: this.#inRounds ? undefined : ({ request }, key) => this.#askNow(key, request),
    });
    if (this.#over !== undefined) interview.end(this.#over.reason);
    return interview;
  }

  #ask<Answer>(make: () => Question<Answer>, { key }: AskOptions = {}): Promise<Answer> {
    const asked = async (): Promise<Answer> => {
      const question = make();
      this.#ctx.require(question.needs);
      return this.#interview.ask(question, key);
    };
    return unwatched(asked());
  }

  #askNow(key: string, request: InputRequest): Promise<JsonObject> {
    const { method, params } = this.#identified(request);
    if (this.#ctx.ask !== undefined) return this.#ctx.ask(key, { method, params } as InputRequest); // the same, with an id
    return this.#ctx.request(method, params as JsonObject | undefined); // a request's parameters are JSON
  }

  #identified(request: InputRequest): InputRequest {
    const { method, params } = request;
    if (method !== "elicitation/create" || !("url" in params) || !hasElicitationIds(this.#revision))
      return request;
    return { method, params: this.#ctx.link.withElicitationId(params) };
  }

  /** Nothing is run twice in the handshake era, and nothing needs to be claimed. */
  readonly #claim: Claim = async (step, run) => {
    if (!this.#inRounds) return run();
    const { states, records } = this.#services;
    const [id, lifetime] = [`towpath/step/${step}`, { ttlMs: states.ttlMs }];
    const { outcome } = await records.create(id, {}, lifetime);
    if (outcome !== "created") return resultOfClaim(step, (await records.get(id))?.value);
    const result = await run().catch(async (error: unknown) => {
      await records.delete(id).catch(this.#report);
      throw error;
    });
    // The work is done: a result that cannot be kept is no reason to give the claim up.
    await records.set(id, { result }, lifetime).catch(this.#report);
    return result;
  };

  readonly #report = (error: unknown): void => {
    this.#ctx.report(error);
  };
}

function resultOfClaim(step: string, value: JsonValue | undefined): readonly JsonValue[] {
  const result = isObject(value) ? value["result"] : undefined;
  if (Array.isArray(result)) return result as readonly JsonValue[];
  const name = step.slice(step.indexOf("/") + 1);
  throw new Error(`Step "${name}" was begun by another run of this call, and has not ended there`);
}
