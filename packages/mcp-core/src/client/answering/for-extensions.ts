import type { AnswerOptions, AskedOfClient } from "../../extension/client.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Agreed } from "../negotiate.js";
import { answerTogether } from "./answer-together.js";
import { readQuestions } from "./input-requests.js";
import { readQuestion } from "./questions.js";
import type { Answering } from "./reader.js";

/** Has questions answered that an extension found in a result. */
export function answerAll(
  inputRequests: unknown,
  { method, signal }: AnswerOptions,
  us: Answering,
  { revision, server }: Agreed,
  closing: AbortSignal,
): Promise<JsonObject> {
  const questions = readQuestions(method, inputRequests, us, revision);
  return answerTogether(questions, { method, server }, [closing, signal]);
}

/** Reads a question that an extension was asked in a request; `hold` as {@link Calls.hold}. */
export function readOne(
  { method, params }: AskedOfClient,
  us: Answering,
  { revision, server }: Agreed,
  hold: () => () => void,
): (signal: AbortSignal) => Promise<JsonObject> {
  const ready = readQuestion(method, params, us, revision);
  return async (signal) => {
    const release = hold();
    try {
      return await ready({ signal, server, method: undefined });
    } finally {
      release();
    }
  };
}
