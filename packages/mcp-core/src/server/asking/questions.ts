import { describe } from "../../jsonrpc/guards.js";
import type { JsonValue } from "../../jsonrpc/messages.js";
import type { MaybePromise } from "../../protocol/promises.js";
import { has, hasElicitationIds, type Revision } from "../../protocol/revisions.js";
import type { InferOutput, StandardSchema } from "../../protocol/standard-schema.js";
import type {
  CreateMessageParams,
  CreateMessageResult,
  InputRequest,
  Root,
} from "../../protocol/question-types.js";
import type { ClientCapabilities } from "../../protocol/types.js";
import { elicitResult, rootsResult, sampleResult } from "../../protocol/answers.js";
import { formOf } from "./form.js";
import { fittedSample, needsContext, needsTools } from "./sampling.js";

/** Something a handler wants to know of the client: the request for it, and what makes an answer of a result. */
export interface Question<Answer> {
  readonly kind: "form" | "url" | "sample" | "roots";
  readonly request: InputRequest;
  /** What the client must have declared. */
  readonly needs: ClientCapabilities;
  /** @throws InvalidAnswerError when the result is no answer to this question */
  readonly read: (result: JsonValue) => MaybePromise<Answer>;
}

export interface AskOptions {
  /**
   * Names the question, on the wire too, and tells it from others of the same call. Default: made of what
   * is asked, which therefore has to be the same whenever the handler runs.
   */
  readonly key?: string;
}

export interface UrlAskOptions extends AskOptions {
  /** How `McpServer.elicitationComplete` will call it (2025-11-25). Default: a random one. */
  readonly elicitationId?: string;
}

/** What the user did with a form; declining and closing it are answers like any other. */
export type FormAnswer<Content> =
  | { readonly action: "accept"; readonly content: Content }
  | { readonly action: "decline" }
  | { readonly action: "cancel" };

/** `accept`: the user agreed to open the page; what happened there the client does not learn. */
export interface UrlAnswer {
  readonly action: "accept" | "decline" | "cancel";
}

/** A form without fields asks for consent alone. */
export type NoFields = Readonly<Record<string, never>>;

/** The questions `ctx.ask` puts at once, each in a shape of its own. */
export type AskedQuestion = AskedForm | AskedUrl | CreateMessageParams | "roots";

export interface AskedForm {
  readonly message: string;
  readonly schema?: StandardSchema;
}

export interface AskedUrl {
  readonly message: string;
  readonly url: URL;
  readonly elicitationId?: string;
}

export type AnswerTo<Asked> = Asked extends "roots"
  ? readonly Root[]
  : Asked extends { readonly messages: unknown }
    ? CreateMessageResult
    : Asked extends { readonly url: URL }
      ? UrlAnswer
      : Asked extends { readonly schema: infer Schema }
        ? FormAnswer<InferOutput<Schema>>
        : FormAnswer<NoFields>;

export type Answers<Asked> = { readonly [Name in keyof Asked]: AnswerTo<Asked[Name]> };

/** @throws TypeError for what is no question */
export function questionOf(asked: AskedQuestion, revision: Revision): Question<unknown> {
  if (asked === "roots") return rootsQuestion();
  if (typeof asked !== "object") throw new TypeError('A question is an object, or "roots"');
  if ("messages" in asked) return sampleQuestion(asked, revision);
  if ("url" in asked) return urlQuestion(asked.message, asked.url, revision, asked.elicitationId);
  return formQuestion(asked.message, asked.schema, revision);
}

/**
 * Elicitation, Form Mode Elicitation Requests.
 * @throws TypeError for a schema that is no form
 */
export function formQuestion(
  message: string,
  schema: StandardSchema | undefined,
  revision: Revision,
): Question<FormAnswer<unknown>> {
  if (typeof schema === "string") throw noUrl(schema);
  const { requestedSchema, check } = formOf(schema, revision);
  const params = {
    ...(has(revision, "urlElicitation") && { mode: "form" as const }),
    message,
    requestedSchema,
  };
  return {
    kind: "form",
    request: { method: "elicitation/create", params },
    needs: { elicitation: { form: {} } },
    read: async (result) => {
      const { action, content } = elicitResult(result);
      return action === "accept" ? { action, content: await check(content) } : { action };
    },
  };
}

/**
 * Elicitation, URL Mode Elicitation Requests.
 * @throws TypeError for what is no `URL`
 */
export function urlQuestion(
  message: string,
  url: URL,
  revision: Revision,
  elicitationId?: string,
): Question<UrlAnswer> {
  if (!(url instanceof URL)) throw noUrl(url);
  const id = hasElicitationIds(revision) && elicitationId !== undefined && { elicitationId };
  return {
    kind: "url",
    request: { method: "elicitation/create", params: { mode: "url", message, url: url.href, ...id } },
    needs: { elicitation: { url: {} } },
    read: (result) => ({ action: elicitResult(result).action }),
  };
}

function noUrl(given: unknown): TypeError {
  const example = `pass new URL(${typeof given === "string" ? describe(given) : '"https://example.com"'})`;
  return new TypeError(
    `The page that the user is to visit must be a URL, not ${describe(given)}: ${example}`,
  );
}

/** Sampling, Creating Messages. */
export function sampleQuestion(
  params: CreateMessageParams,
  revision: Revision,
): Question<CreateMessageResult> {
  const fitted = fittedSample(params, revision);
  return {
    kind: "sample",
    request: { method: "sampling/createMessage", params: fitted },
    needs: {
      sampling: {
        ...(needsTools(params) && { tools: {} }),
        ...(needsContext(params, revision) && { context: {} }),
      },
    },
    read: sampleResult,
  };
}

/** Roots, Listing Roots. */
export function rootsQuestion(): Question<readonly Root[]> {
  return { kind: "roots", request: { method: "roots/list" }, needs: { roots: {} }, read: rootsResult };
}
