import type { MaybePromise } from "../../protocol/promises.js";
import type {
  CreateMessageParams,
  CreateMessageResult,
  ElicitFormParams,
  ElicitResult,
  ElicitUrlParams,
  Root,
} from "../../protocol/question-types.js";
import type { Implementation } from "../../protocol/types.js";

/** What a handler learns of a question besides its text. */
export interface QuestionContext {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Which server is asking, as it calls itself; to be shown to the user (Elicitation, User Interaction Model). */
  readonly server: Implementation | undefined;
  /** The method of the call that caused the question, as in `tools/call`, where it is known. */
  readonly method: string | undefined;
}

/**
 * Answers to what servers ask. What is given here is declared as a capability; questions of any other kind
 * are refused. What a handler throws goes to `onError`, and the server is told of an internal error; in the
 * stateless era the call that is asked about rejects with it. A `ProtocolError` is told as it is.
 */
export interface QuestionHandlers {
  /**
   * Shows a form to the user (Elicitation, Form Mode). Fields that are left out of accepted content get the
   * defaults of the form. Content that does not fit the form is an `InvalidAnswerError`.
   */
  readonly elicit?: (request: ElicitFormParams, ctx: QuestionContext) => MaybePromise<ElicitResult>;
  /**
   * Shows a URL to the user, and opens it when the user agrees (Elicitation, URL Mode). It comes from the
   * server: show all of it, and fetch nothing of it before.
   */
  readonly openUrl?: (request: ElicitUrlParams, ctx: QuestionContext) => MaybePromise<ElicitResult>;
  /**
   * Has a model continue a conversation (Sampling). For tools, also declare
   * `capabilities: { sampling: { tools: {} } }`. A user's refusal is `throw new ProtocolError(-1, …)`.
   */
  readonly sample?: (request: CreateMessageParams, ctx: QuestionContext) => MaybePromise<CreateMessageResult>;
  /** The directories and files the user works with (Roots); each `uri` is a `file://` URI. */
  readonly roots?: readonly Root[] | ((ctx: QuestionContext) => MaybePromise<readonly Root[]>);
}
