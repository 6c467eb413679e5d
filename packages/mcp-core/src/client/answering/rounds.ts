import { describe } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { ASKING_METHODS } from "../../protocol/question-types.js";
import { isStatelessRevision } from "../../protocol/revisions.js";
import { begunAlready } from "../begun-already.js";
import { InvalidResultError, TooManyRoundsError } from "../../protocol/client-errors.js";
import type { Agreed } from "../negotiate.js";
import { checkRounds, type CallOptions } from "../options.js";
import { answerTogether } from "./answer-together.js";
import { INPUT_REQUIRED } from "./input-required.js";
import { readQuestions } from "./input-requests.js";
import type { Answering, Ready } from "./reader.js";

/** What the server needs before it can complete a request. */
interface InputRequired {
  readonly questions: ReadonlyMap<string, Ready> | undefined;
  readonly requestState: string | undefined;
}

export interface RoundsOptions {
  readonly us: Answering;
  readonly maxRounds: number;
  /** Sends the request once more, under a new id. */
  readonly send: (params: JsonObject) => Promise<JsonObject>;
  readonly agreed: () => Agreed;
  /** Aborted when the client is closed. */
  readonly closing: AbortSignal;
}

/**
 * Answers what a server asks in place of a result, and repeats the request until the result is there
 * (Multi Round-Trip Requests).
 * @throws TooManyRoundsError, InvalidResultError, what a handler throws, or what the request fails with
 */
export async function followRounds(
  method: string,
  params: JsonObject,
  first: JsonObject,
  { signal, maxRounds }: CallOptions,
  options: RoundsOptions,
): Promise<JsonObject> {
  const { inputResponses: _, requestState: __, ...original } = params;
  const most = maxRounds === undefined ? options.maxRounds : checkRounds(maxRounds);
  let result = first;
  for (let round = 1; result["resultType"] === INPUT_REQUIRED; round += 1) {
    const { questions, requestState } = readInputRequired(method, result, options);
    if (round > most) throw new TooManyRoundsError(method, most);
    const inputResponses =
      questions &&
      (await answerTogether(questions, { method, server: options.agreed().server }, [
        options.closing,
        signal,
      ]));
    const answers = {
      ...(inputResponses !== undefined && { inputResponses }),
      ...(requestState !== undefined && { requestState }),
    };
    result = await options.send({ ...original, ...answers }).catch((error: unknown) => {
      throw begunAlready(error);
    });
  }
  return result;
}

function readInputRequired(method: string, result: JsonObject, { us, agreed }: RoundsOptions): InputRequired {
  const { revision } = agreed();
  if (!isStatelessRevision(revision) || !ASKING_METHODS.has(method))
    throw new InvalidResultError(`${method}: the result asks for input, which it must not`);
  const { inputRequests, requestState } = result;
  if (inputRequests === undefined && requestState === undefined)
    throw new InvalidResultError(`${method}: the result asks for input, but has neither questions nor state`);
  if (requestState !== undefined && typeof requestState !== "string")
    throw new InvalidResultError(`${method}: requestState must be a string, not ${describe(requestState)}`);
  if (inputRequests === undefined) return { questions: undefined, requestState };
  return { questions: readQuestions(method, inputRequests, us, revision), requestState };
}
