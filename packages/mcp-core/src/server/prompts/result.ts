import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { GetPromptResult, PromptMessage } from "../../protocol/prompt-types.js";
import type { Revision } from "../../protocol/revisions.js";
import { blockProblem, fittedBlock, isContentBlock, isMeantAsContent } from "../content.js";

/**
 * Makes a whole result of whatever a handler returned.
 * @param prompt its name
 * @throws TypeError when it is nothing of which messages can be made
 */
export function promptResultOf(
  returned: unknown,
  prompt: string,
  description: string | undefined,
  revision: Revision,
): GetPromptResult {
  const whole = isWholeResult(returned) ? returned : undefined;
  const parts: unknown = whole?.messages ?? returned;
  const messages = (Array.isArray(parts) ? parts : [parts]).map((part, index) => {
    const message = messageOf(part);
    if (message !== undefined) return message;
    const place = Array.isArray(parts)
      ? `${whole === undefined ? "" : "messages"}[${String(index)}] is`
      : "it returned";
    throw new TypeError(
      `The handler of prompt ${JSON.stringify(prompt)} must return text, content, or messages with "role" and "content"; ${place} ${pictureOf(part)}`,
    );
  });
  return {
    ...(description !== undefined && { description }),
    ...whole,
    messages: messages.map(({ role, content }) => ({ role, content: fittedBlock(content, revision) })),
  };
}

function isWholeResult(value: unknown): value is GetPromptResult {
  return isObject(value) && Array.isArray(value["messages"]);
}

function messageOf(part: unknown): PromptMessage | undefined {
  if (typeof part === "string") return { role: "user", content: { type: "text", text: part } };
  if (isContentBlock(part)) return { role: "user", content: part };
  return isMessage(part) ? part : undefined;
}

/** What is wrong with a part of which no message can be made. */
function pictureOf(part: unknown): string {
  if (part === undefined) return "nothing";
  if (!isObject(part)) return describe(part);
  if (isMeantAsContent([part])) return `malformed content: ${String(blockProblem(part))}`;
  const { role, content } = part;
  if (!isRole(role)) return `an object whose role is ${describe(role)}`;
  return isMeantAsContent([content])
    ? `a message with malformed content: ${String(blockProblem(content as JsonObject))}` // it says its type
    : `a message whose content is ${describe(content)}`;
}

function isMessage(value: unknown): value is PromptMessage {
  if (!isObject(value) || !isContentBlock(value["content"])) return false;
  return isRole(value["role"]);
}

function isRole(value: unknown): boolean {
  return value === "user" || value === "assistant";
}
