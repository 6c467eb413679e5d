import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import { InvalidAnswerError } from "./errors.js";
import { messageProblem } from "./sampling-messages.js";
import type { CreateMessageResult, Root } from "./question-types.js";

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
  const problem = messageProblem(result);
  if (problem !== undefined) throw new InvalidAnswerError(`the message of the model ${problem}`);
  if (!isObject(result) || typeof result["model"] !== "string")
    throw new InvalidAnswerError("the message of the model must name its model");
  return result as JsonObject & CreateMessageResult; // just looked at
}

/** @throws InvalidAnswerError */
export function rootsResult(result: JsonValue): readonly Root[] {
  const roots = isObject(result) ? result["roots"] : undefined;
  if (Array.isArray(roots) && roots.every(isRoot)) return roots;
  throw new InvalidAnswerError("roots must be a list of objects with a file:// URI");
}

/** Roots, Data Types. */
function isRoot(value: JsonValue): value is JsonObject & Root {
  if (!isObject(value) || typeof value["uri"] !== "string") return false;
  const named = value["name"] === undefined || typeof value["name"] === "string";
  return named && /^file:\/\//i.test(value["uri"]);
}
