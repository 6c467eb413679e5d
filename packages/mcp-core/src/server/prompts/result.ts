import { isObject } from "../../jsonrpc/guards.js";
import type { GetPromptResult, PromptMessage } from "../../protocol/prompt-types.js";
import type { Revision } from "../../protocol/revisions.js";
import { fittedBlock, isContentBlock } from "../content.js";

/**
 * Makes a whole result of whatever a handler returned.
 * @throws TypeError when it is nothing of which messages can be made
 */
export function promptResultOf(
  returned: unknown,
  description: string | undefined,
  revision: Revision,
): GetPromptResult {
  const whole = isWholeResult(returned) ? returned : undefined;
  const parts: unknown = whole?.messages ?? returned;
  const messages = Array.isArray(parts) ? parts.map(messageOf) : [messageOf(parts)];
  return {
    ...(description !== undefined && { description }),
    ...whole,
    messages: messages.map(({ role, content }) => ({ role, content: fittedBlock(content, revision) })),
  };
}

function isWholeResult(value: unknown): value is GetPromptResult {
  return isObject(value) && Array.isArray(value["messages"]);
}

function messageOf(part: unknown): PromptMessage {
  if (typeof part === "string") return { role: "user", content: { type: "text", text: part } };
  if (isContentBlock(part)) return { role: "user", content: part };
  if (isMessage(part)) return part;
  throw new TypeError(
    `A prompt's handler must return text, content, or messages with "role" and "content"; it returned ${typeof part}`,
  );
}

function isMessage(value: unknown): value is PromptMessage {
  if (!isObject(value) || !isContentBlock(value["content"])) return false;
  return value["role"] === "user" || value["role"] === "assistant";
}
