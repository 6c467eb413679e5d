import { describe, isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";

/** The fields a block of content must have, by its type. */
const BLOCKS: ReadonlyMap<unknown, Readonly<Record<string, (value: unknown) => boolean>>> = new Map([
  ["text", { text: isString }],
  ["image", { data: isString, mimeType: isString }],
  ["audio", { data: isString, mimeType: isString }],
  ["tool_use", { id: isString, name: isString, input: isObject }],
  ["tool_result", { toolUseId: isString, content: Array.isArray }],
]);

/**
 * What is wrong with the messages of a request, each by itself and one after the other.
 * @param name what they are called in the description of the problem
 */
export function messagesProblem(messages: readonly unknown[], name: string): string | undefined {
  for (const [index, message] of messages.entries()) {
    const problem = messageProblem(message);
    if (problem !== undefined) return `${name}[${String(index)}] ${problem}`;
  }
  return balanceProblem(messages.filter(isObject), name);
}

/** What is wrong with a message to or of a model (Sampling, Messages). */
export function messageProblem(message: unknown): string | undefined {
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
function balanceProblem(messages: readonly JsonObject[], name: string): string | undefined {
  let open: ReadonlySet<unknown> = new Set();
  for (const [index, message] of messages.entries()) {
    const problem = resultsProblem(message, open);
    if (problem !== undefined) return `${name}[${String(index)}]: ${problem}`;
    open = idsOf(message, "tool_use", "id");
  }
  const [unanswered] = open;
  return unanswered === undefined ? undefined : `${name}: tool result missing for ${describe(unanswered)}`;
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

function isString(value: unknown): value is string {
  return typeof value === "string";
}
