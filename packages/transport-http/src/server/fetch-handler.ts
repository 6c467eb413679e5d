import { FetchCall } from "@towpath/mcp-core/http";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { Endpoint } from "./endpoint.js";
import type { HttpOptions } from "./options.js";

/**
 * Answers a `Request` with a `Response`: in Hono, Bun, Deno, workers, and whatever else speaks fetch. A path that
 * is not the endpoint's gets 404.
 */
export interface FetchHandler {
  (request: Request, parsed?: { readonly body: unknown }): Promise<Response>;
  /** Whether a path, without its query, is one of the endpoint's: for a host that serves others itself. */
  serves(path: string): boolean;
  /**
   * Takes no new work (503, and `ready` fails), and lets what is in flight finish for at most `timeoutMs`
   * (default 5,000 ms). Settles when nothing goes on any more.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/**
 * Serves MCP wherever requests and responses are those of fetch, in every revision from 2025-03-26 on.
 * @throws RangeError, TypeError for an option that is not what it must be
 */
export function fetchHandler(mcp: Dispatcher, options: HttpOptions = {}): FetchHandler {
  const endpoint = new Endpoint(mcp, options, false);
  const { limits, clock } = endpoint.settings;
  const handle = (request: Request, parsed?: { readonly body: unknown }): Promise<Response> => {
    const call = new FetchCall(request, limits, parsed?.body, clock);
    if (!endpoint.handle(call)) call.send(404, { "content-type": "text/plain" }, "Not found");
    return call.response;
  };
  return Object.assign(handle, {
    serves: (path: string) => endpoint.serves(path),
    drain: ({ timeoutMs }: { readonly timeoutMs?: number } = {}) => endpoint.drain(timeoutMs),
  });
}
