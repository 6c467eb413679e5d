import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { InvalidAnswerError } from "../../protocol/errors.js";
import type { CreateMessageResult, Root } from "../../protocol/question-types.js";

const ACTIONS = ["accept", "decline", "cancel"] as const;

/** @throws InvalidAnswerError */
export function elicitResult(result: JsonValue): {
  readonly action: (typeof ACTIONS)[number];
  readonly content: JsonObject;
} {
  const { action, content } = isObject(result) ? result : {};
  const known = ACTIONS.find((one) => one === action);
  if (known === undefined) throw new InvalidAnswerError(`action must be one of ${ACTIONS.join(", ")}`);
  // Some clients write null where there is nothing; of a form that was not accepted it does not matter.
  if (known !== "accept" || content === undefined || content === null) return { action: known, content: {} };
  if (!isObject(content)) throw new InvalidAnswerError("content must be an object");
  return { action: known, content };
}

/** @throws InvalidAnswerError */
export function sampleResult(result: JsonValue): CreateMessageResult {
  const { role, model, content } = isObject(result) ? result : {};
  const blocks = Array.isArray(content) ? content : [content];
  const said = blocks.every((block) => isObject(block) && typeof block["type"] === "string");
  if ((role !== "assistant" && role !== "user") || typeof model !== "string" || !said)
    throw new InvalidAnswerError("a message of a model has a role, a model, and content");
  // Just looked at; what the blocks hold is the model's, and for the handler to judge.
  return result as JsonObject & CreateMessageResult;
}

/** @throws InvalidAnswerError */
export function rootsResult(result: JsonValue): readonly Root[] {
  const roots = isObject(result) ? result["roots"] : undefined;
  if (Array.isArray(roots) && roots.every(isRoot)) return roots;
  throw new InvalidAnswerError('roots must be a list of objects with a "uri"');
}

function isRoot(value: JsonValue): value is JsonObject & Root {
  return isObject(value) && typeof value["uri"] === "string";
}
