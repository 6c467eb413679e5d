import { fetchHandlerOf, type FetchHandler } from "@towpath/mcp-core/http-server";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { servicesOf, type HandlerOptions } from "./handler-options.js";

/**
 * Serves MCP over HTTP+SSE wherever requests and responses are those of fetch, in the revisions from 2024-11-05 to
 * 2025-11-25. Messages have to come to the process that has their session's stream, unless its nodes share a state.
 * @throws RangeError, TypeError for an option that is not what it must be, or a server that speaks none of these
 */
export function fetchHandler(mcp: Dispatcher, options: HandlerOptions = {}): FetchHandler {
  return fetchHandlerOf(servicesOf(mcp, options), options.clock);
}
