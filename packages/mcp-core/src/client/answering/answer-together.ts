import type { JsonObject } from "../../jsonrpc/messages.js";
import { onAbort, unlessAborted } from "../../protocol/abort.js";
import type { QuestionContext } from "./handlers.js";
import type { Ready } from "./reader.js";

/**
 * Answers several questions at once. The first that fails stops the others, and so do the signals, without
 * waiting for handlers that do not heed theirs.
 */
export async function answerTogether(
  questions: ReadonlyMap<string, Ready>,
  about: Omit<QuestionContext, "signal">,
  signals: readonly (AbortSignal | undefined)[],
): Promise<JsonObject> {
  const together = new AbortController();
  const unfollow = signals.map((signal) => follow(signal, together));
  try {
    together.signal.throwIfAborted();
    const ctx: QuestionContext = { ...about, signal: together.signal };
    const answers = [...questions].map(async ([key, answer]) => [key, await answer(ctx)] as const);
    return Object.fromEntries(await unlessAborted(Promise.all(answers), together.signal));
  } catch (error) {
    together.abort(error);
    throw error;
  } finally {
    for (const stop of unfollow) stop?.();
  }
}

/** Aborts when a signal does; returns the way to stop. */
function follow(signal: AbortSignal | undefined, controller: AbortController): (() => void) | undefined {
  if (signal === undefined) return undefined;
  const abort = (): void => {
    controller.abort(signal.reason);
  };
  if (signal.aborted) abort();
  return onAbort(signal, abort);
}
