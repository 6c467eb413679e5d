import type { InferOutput, StandardSchema } from "../../protocol/standard-schema.js";
import type { CreateMessageParams, CreateMessageResult, Root } from "../../protocol/question-types.js";
import type { MaybePromise } from "../../protocol/promises.js";
import type { StepInfo } from "./interview.js";
import type {
  Answers,
  AskedQuestion,
  AskOptions,
  FormAnswer,
  NoFields,
  UrlAnswer,
  UrlAskOptions,
} from "./questions.js";

export interface StepOptions {
  /**
   * Runs the step in one run of the call only, also when the client sends a round twice; the others get
   * its result, or fail while it is under way. Kept in the server's state. A first round that is sent twice
   * is two calls: nothing says that they are one. Default: false, which runs it at least once.
   */
  readonly once?: boolean;
}

/**
 * What a handler of `tools/call`, `prompts/get` or `resources/read` may ask the client (Elicitation, Sampling,
 * Roots). It looks the same in every era. In the stateless era a question ends the run, and the handler
 * runs again when the answer is there (Multi Round-Trip Requests): code outside of `step` runs every time.
 *
 * All of these reject with `MissingClientCapabilityError` (or `InvalidRequestError`, in the handshake era)
 * when the client did not declare that it can be asked; with `Suspended` when the run ends, which is to be
 * let pass; and in the handshake era with `InvalidAnswerError`, `AskRefusedError`, `AskTimeoutError`, or the
 * reason when the request ends before.
 */
export interface AskingContext {
  /**
   * Asks the user: to fill in a form, to visit a URL, or, with neither, to agree. Declined and cancelled are
   * answers. Never ask for secrets in a form: use a URL.
   *
   * Also rejects with `TypeError` for a schema that is no form: flat, of strings, numbers, booleans and choices.
   */
  readonly elicit: Elicit;
  /** Asks the client's model. */
  readonly sample: (params: CreateMessageParams, options?: AskOptions) => Promise<CreateMessageResult>;
  /** Asks which directories and files the client considers relevant. */
  readonly roots: (options?: AskOptions) => Promise<readonly Root[]>;
  /** Asks several things at once; the names are their keys. */
  readonly ask: <Asked extends Readonly<Record<string, AskedQuestion>>>(
    questions: Asked,
  ) => Promise<Answers<Asked>>;
  /**
   * Does something with effects, or that takes long, and keeps its result for the further runs of this call.
   * It is run at least once: pass `idempotencyKey` on, or say `once`. What fails is not kept.
   * @param name the only step of this name in the handler
   * @param work gives plain JSON, or nothing; it cannot ask
   */
  readonly step: <T>(
    name: string,
    work: (info: StepInfo) => MaybePromise<T>,
    options?: StepOptions,
  ) => Promise<T>;
}

export interface Elicit {
  <Schema extends StandardSchema>(
    message: string,
    schema: Schema,
    options?: AskOptions,
  ): Promise<FormAnswer<InferOutput<Schema>>>;
  (message: string, url: URL, options?: UrlAskOptions): Promise<UrlAnswer>;
  (message: string, nothing?: undefined, options?: AskOptions): Promise<FormAnswer<NoFields>>;
}
