import { InvalidParamsError } from "../../jsonrpc/errors.js";
import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { InvalidAnswerError } from "../../protocol/errors.js";
import type { CreateMessageParams, CreateMessageResult } from "../../protocol/question-types.js";
import { has, type Revision } from "../../protocol/revisions.js";
import type { Reader } from "./questions.js";

/** The fields a block of content must have, by its type. */
const BLOCKS: ReadonlyMap<unknown, Readonly<Record<string, (value: unknown) => boolean>>> = new Map([
  ["text", { text: isString }],
  ["image", { data: isString, mimeType: isString }],
  ["audio", { data: isString, mimeType: isString }],
  ["tool_use", { id: isString, name: isString, input: isObject }],
  ["tool_result", { toolUseId: isString, content: Array.isArray }],
]);

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
  const listed: readonly JsonValue[] = messages;
  for (const [index, message] of listed.entries()) {
    const problem = messageProblem(message);
    if (problem !== undefined) return `params.messages[${String(index)}] ${problem}`;
  }
  return balanceProblem(listed.filter(isObject));
}

function messageProblem(message: unknown): string | undefined {
  if (!isObject(message)) return `must be an object, not ${describe(message)}`;
  const { role, content } = message;
  if (role !== "user" && role !== "assistant")
    return `must have the role user or assistant, not ${describe(role)}`;
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [content];
  return blocks.map(blockProblem).find((problem) => problem !== undefined);
}

function blockProblem(block: unknown): string | undefined {
  if (!isObject(block)) return `must have blocks of content, not ${describe(block)}`;
  const { type } = block;
  const fields = BLOCKS.get(type);
  if (fields === undefined) return `has content of a type that is not known: ${describe(type)}`;
  const wrong = Object.entries(fields).find(([name, fits]) => !fits(block[name]));
  return wrong === undefined
    ? undefined
    : `has content of type ${describe(type)} without a proper "${wrong[0]}"`;
}

/**
 * Results of tools stand by themselves, and follow at once on the uses they answer, one for each
 * (Sampling, Message Content Constraints).
 */
function balanceProblem(messages: readonly JsonObject[]): string | undefined {
  let open: ReadonlySet<unknown> = new Set();
  for (const [index, message] of messages.entries()) {
    const problem = resultsProblem(message, open);
    if (problem !== undefined) return `params.messages[${String(index)}]: ${problem}`;
    open = idsOf(message, "tool_use", "id");
  }
  const [unanswered] = open;
  return unanswered === undefined
    ? undefined
    : `params.messages: tool result missing for ${describe(unanswered)}`;
}

function resultsProblem(message: JsonObject, open: ReadonlySet<unknown>): string | undefined {
  const results = idsOf(message, "tool_result", "toolUseId");
  const missing = [...open].find((id) => !results.has(id));
  if (missing !== undefined) return `tool result missing for ${describe(missing)}`;
  if (results.size === 0) return undefined;
  if (blocksOf(message).some(({ type }) => type !== "tool_result"))
    return "tool results mixed with other content";
  if (message["role"] !== "user") return "tool results are messages of the user's";
  const stray = [...results].find((id) => !open.has(id));
  return stray === undefined
    ? undefined
    : `a tool result for ${describe(stray)}, which the message before did not use`;
}

function idsOf(message: JsonObject, type: string, key: string): ReadonlySet<unknown> {
  return new Set(blocksOf(message).flatMap((block) => (block["type"] === type ? [block[key]] : [])));
}

function blocksOf({ content }: JsonObject): readonly JsonObject[] {
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [content];
  return blocks.filter(isObject);
}

function answerOf(answer: CreateMessageResult, revision: Revision): JsonObject {
  const given: unknown = answer;
  const problem = messageProblem(given);
  if (problem !== undefined || !isObject(given))
    throw new InvalidAnswerError(`The sampled message ${problem ?? ""}`);
  if (!isString(given["model"])) throw new InvalidAnswerError("The sampled message must name its model");
  const { content } = given;
  if (!Array.isArray(content) || has(revision, "samplingTools")) return given;
  const [block, ...others] = content as readonly JsonValue[];
  if (block === undefined || others.length > 0)
    throw new InvalidAnswerError(
      `The sampled message must have one block of content in revision ${revision}`,
    );
  return { ...given, content: block };
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
