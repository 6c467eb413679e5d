import { has, type Revision } from "../../protocol/revisions.js";
import { messagesProblem } from "../../protocol/sampling-messages.js";
import type { CreateMessageParams, SamplingContent, SamplingMessage } from "../../protocol/question-types.js";

/** Sampling, Capabilities: from 2025-11-25 on, other servers' context is for clients that declared it. */
export function needsContext({ includeContext }: CreateMessageParams, revision: Revision): boolean {
  return includeContext !== undefined && includeContext !== "none" && has(revision, "samplingTools");
}

/** Sampling, Tools in Sampling: tools, and what was made of them, are for clients that declared that. */
export function needsTools({ tools, toolChoice, messages }: CreateMessageParams): boolean {
  if (tools !== undefined || toolChoice !== undefined) return true;
  const contents = messages.flatMap(({ content }) => content);
  return contents.some(({ type }) => type === "tool_use" || type === "tool_result");
}

/**
 * The request as the client's revision knows it: before 2025-11-25 a message has one content only.
 * @throws TypeError for what is no request
 */
export function fittedSample(params: CreateMessageParams, revision: Revision): CreateMessageParams {
  if (!Array.isArray(params.messages) || params.messages.length === 0)
    throw new TypeError("A sampling request has at least one message");
  if (!Number.isInteger(params.maxTokens) || params.maxTokens < 1)
    throw new TypeError(`maxTokens must be a positive integer, not ${String(params.maxTokens)}`);
  const problem = messagesProblem(params.messages, "messages");
  if (problem !== undefined) throw new TypeError(`This cannot be sampled: ${problem}`);
  if (has(revision, "samplingTools")) return params;
  return {
    ...params,
    messages: params.messages.flatMap((message: SamplingMessage) => apart(message, revision)),
  };
}

/** As many messages as there are contents, each of which the revision knows. */
function apart(message: SamplingMessage, revision: Revision): readonly SamplingMessage[] {
  const { content } = message;
  const contents: readonly SamplingContent[] = isList(content) ? content : [content];
  const apart = contents.length === 0 ? [{ type: "text", text: "" } as const] : contents;
  return apart.map((one) => ({ ...message, content: fitted(one, revision) }));
}

function fitted(content: SamplingContent, revision: Revision): SamplingContent {
  return content.type === "audio" && !has(revision, "audioContent") ? IN_WORDS : content;
}

const IN_WORDS: SamplingContent = {
  type: "text",
  text: "(audio content, which this protocol revision cannot carry)",
};

function isList(content: SamplingMessage["content"]): content is readonly SamplingContent[] {
  return Array.isArray(content);
}
