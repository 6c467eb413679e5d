import { fetchHandlerOf, type FetchHandler } from "@towpath/mcp-core/http-server";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { servicesOf, type HandlerOptions } from "./handler-options.js";

/**
 * Serves MCP wherever requests and responses are those of fetch, in every revision from 2025-03-26 on.
 * @throws RangeError, TypeError for an option that is not what it must be
 */
export function fetchHandler(mcp: Dispatcher, options: HandlerOptions = {}): FetchHandler {
  return fetchHandlerOf(servicesOf(mcp, options), options.clock);
}
