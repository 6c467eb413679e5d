import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { InvalidResultError } from "../protocol/client-errors.js";
import type { Completion, GetPromptResult } from "../protocol/prompt-types.js";

/** @throws InvalidResultError */
export function readPrompt(result: JsonObject): GetPromptResult {
  const { messages } = result;
  if (!Array.isArray(messages) || !messages.every(isPromptMessage))
    throw new InvalidResultError("prompts/get: the result is no list of messages with roles and content");
  return result as JsonObject & GetPromptResult; // the content is passed on as it is, as that of tools
}

function isPromptMessage(value: unknown): boolean {
  if (!isObject(value) || !isObject(value["content"])) return false;
  return value["role"] === "user" || value["role"] === "assistant";
}

/** @throws InvalidResultError */
export function readCompletion({ completion }: JsonObject): Completion {
  if (isObject(completion) && isCompletion(completion)) return completion;
  throw new InvalidResultError("completion/complete: the result is no completion with a list of strings");
}

function isCompletion(value: JsonObject): value is JsonObject & Completion {
  const { values, total = 0, hasMore = false } = value;
  if (!Array.isArray(values) || !values.every((suggestion) => typeof suggestion === "string")) return false;
  return typeof total === "number" && typeof hasMore === "boolean";
}
