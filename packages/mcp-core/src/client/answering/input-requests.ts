import { ProtocolError } from "../../jsonrpc/errors.js";
import { describe, isObject, shortened } from "../../jsonrpc/guards.js";
import { InvalidResultError } from "../../protocol/client-errors.js";
import type { Revision } from "../../protocol/revisions.js";
import { readQuestion } from "./questions.js";
import type { Answering, Ready } from "./reader.js";

/** Questions in one result. */
const MAX_QUESTIONS = 100;

/**
 * Reads the questions a result asks before it is one.
 * @throws InvalidResultError for what cannot be answered, or was not declared
 */
export function readQuestions(
  method: string,
  inputRequests: unknown,
  us: Answering,
  revision: Revision,
): ReadonlyMap<string, Ready> {
  const entries = isObject(inputRequests) ? Object.entries(inputRequests) : undefined;
  if (entries === undefined || entries.length > MAX_QUESTIONS) {
    const what = entries === undefined ? describe(inputRequests) : `${String(entries.length)} of them`;
    throw new InvalidResultError(
      `${method}: inputRequests must be an object of at most ${String(MAX_QUESTIONS)} questions, not ${what}`,
    );
  }
  const questions = entries.map(([key, request]) => {
    try {
      return [key, readInputRequest(request, us, revision)] as const;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const name = JSON.stringify(shortened(key, 40));
      throw new InvalidResultError(`${method}: the question ${name} cannot be answered: ${error.message}`);
    }
  });
  return new Map(questions);
}

function readInputRequest(request: unknown, us: Answering, revision: Revision): Ready {
  if (!isObject(request))
    throw new InvalidResultError(`A question must be an object, not ${describe(request)}`);
  const { method, params } = request;
  if (typeof method !== "string")
    throw new InvalidResultError(`The method of a question must be a string, not ${describe(method)}`);
  if (params !== undefined && !isObject(params))
    throw new InvalidResultError(`The params of a question must be an object, not ${describe(params)}`);
  return readQuestion(method, params, us, revision);
}
