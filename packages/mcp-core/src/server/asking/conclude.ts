import type { JsonObject } from "../../jsonrpc/messages.js";
import { isPromise, type MaybePromise } from "../../protocol/promises.js";
import type { RequestContext } from "../context.js";
import type { MethodResult } from "../extension.js";

/** A handler of an author's, and what becomes of what it returns or throws. */
export interface Conclusion {
  readonly run: () => unknown;
  readonly finish: (returned: unknown) => MaybePromise<MethodResult>;
  /** Makes a result of an error, or throws it on. */
  readonly failed: (error: unknown) => MethodResult;
}

/**
 * Runs a handler that may ask the client, for the methods that may be answered with questions (Multi
 * Round-Trip Requests, Supported Requests).
 */
export function conclude(
  params: JsonObject,
  ctx: RequestContext,
  { run, finish, failed }: Conclusion,
): MaybePromise<MethodResult> {
  try {
    const returned = run();
    const finished = isPromise(returned) ? Promise.resolve(returned).then(finish) : finish(returned);
    return isPromise(finished) ? finished.then(undefined, failed) : finished;
  } catch (error) {
    return failed(error);
  }
}
