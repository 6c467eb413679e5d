import type { JsonObject } from "../jsonrpc/messages.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { BaseContext } from "../extension/context.js";

/** A request as middleware sees it. */
export interface McpRequest {
  readonly method: string;
  readonly params: JsonObject;
}

/**
 * Wraps every request, the first registered outermost. Calls `next()` once, with changed params if it
 * likes, and returns the result, which is its own to change; or returns one of its own; or throws.
 */
export type Middleware = (
  request: McpRequest,
  ctx: BaseContext,
  next: (request?: McpRequest) => Promise<JsonObject>,
) => MaybePromise<JsonObject>;

export function runThrough(
  chain: readonly Middleware[],
  request: McpRequest,
  ctx: BaseContext,
  serve: (request: McpRequest) => MaybePromise<JsonObject>,
): Promise<JsonObject> {
  const from = async (index: number, current: McpRequest): Promise<JsonObject> => {
    const middleware = chain[index];
    if (middleware === undefined) return serve(current);
    const { method } = current;
    let called = false;
    return middleware(current, ctx, (changed = current) => {
      if (called) throw new Error("next() was called twice by one middleware");
      if (changed.method !== method)
        throw new Error(`Middleware cannot turn ${method} into ${changed.method}`);
      called = true;
      const result = from(index + 1, changed);
      result.catch(() => undefined); // one that is not waited for must not end the process
      return result;
    });
  };
  return from(0, request);
}
