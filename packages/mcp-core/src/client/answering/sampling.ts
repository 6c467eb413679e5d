import { asJsonObject } from "../../jsonrpc/as-json.js";
import { InvalidParamsError } from "../../jsonrpc/errors.js";
import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { contentList } from "../../protocol/content-list.js";
import { InvalidAnswerError } from "../../protocol/errors.js";
import type { CreateMessageParams, CreateMessageResult } from "../../protocol/question-types.js";
import { has, type Revision } from "../../protocol/revisions.js";
import { messageProblem, messagesProblem } from "../../protocol/sampling-messages.js";
import type { Reader } from "./reader.js";

/** `sampling/createMessage`. */
export const readSampling: Reader = (params, { handlers: { sample }, capabilities }, revision) => {
  if (sample === undefined) return undefined;
  const problem = requestProblem(params, capabilities.sampling?.tools !== undefined);
  if (problem !== undefined) throw new InvalidParamsError(`Invalid params: ${problem}`);
  const request = params as unknown as CreateMessageParams; // just checked
  return async (ctx) => answerOf(await sample(request, ctx), revision);
};

function requestProblem(params: JsonObject, withTools: boolean): string | undefined {
  const { messages, maxTokens } = params;
  const tooled = ["tools", "toolChoice"].find((name) => params[name] !== undefined);
  if (tooled !== undefined && !withTools)
    return `params.${tooled} is only for clients that declared sampling.tools, which this one did not`;
  if (typeof maxTokens !== "number") return `params.maxTokens must be a number, not ${describe(maxTokens)}`;
  if (!Array.isArray(messages)) return `params.messages must be a list, not ${describe(messages)}`;
  return messagesProblem(messages, "params.messages");
}

function answerOf(answer: CreateMessageResult, revision: Revision): JsonObject {
  const given: unknown = answer;
  const problem = messageProblem(given);
  if (problem !== undefined || !isObject(given))
    throw new InvalidAnswerError(`The sampled message ${problem ?? ""}`);
  if (!isString(given["model"])) throw new InvalidAnswerError("The sampled message must name its model");
  if (has(revision, "samplingTools")) return given;
  const [block, ...others] = contentList(answer);
  if (block === undefined || others.length > 0)
    throw new InvalidAnswerError(
      `The sampled message must have one block of content in revision ${revision}`,
    );
  return { ...given, content: asJsonObject(block) };
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
