import { FetchCall } from "../http/fetch-call.js";
import type { Clock } from "../protocol/clock.js";
import { DEFAULT_CALL_LIMITS } from "./call-limits.js";
import type { HostHandler } from "./host-handler.js";
import type { Services } from "./services.js";

/**
 * Answers a `Request` with a `Response`: in Hono, Bun, Deno, workers, and whatever else speaks fetch. A path that
 * is not one of its own gets 404.
 */
export interface FetchHandler extends HostHandler {
  (request: Request, parsed?: { readonly body: unknown }): Promise<Response>;
}

/** Services as a function over fetch. */
export function fetchHandlerOf(services: Services, clock?: Clock): FetchHandler {
  const handle = (request: Request, parsed?: { readonly body: unknown }): Promise<Response> => {
    const service = services.at(new URL(request.url).pathname);
    const call = new FetchCall(request, service?.limits ?? DEFAULT_CALL_LIMITS, parsed?.body, clock);
    if (service === undefined) call.send(404, { "content-type": "text/plain" }, "Not found");
    else service.handle(call);
    return call.response;
  };
  return Object.assign(handle, {
    serves: (path: string) => services.at(path) !== undefined,
    drain: ({ timeoutMs }: { readonly timeoutMs?: number } = {}) => services.drain(timeoutMs),
  });
}
