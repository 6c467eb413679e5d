import { nodeHandlerOf, type NodeHandler } from "@towpath/mcp-core/http-node";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { servicesOf, type HandlerOptions } from "./handler-options.js";

/**
 * Serves MCP over HTTP+SSE in a server of node:http that is there already, in the revisions from 2024-11-05 to 2025-11-25.
 * @throws RangeError, TypeError for an option that is not what it must be, or a server that speaks none of these
 */
export function nodeHandler(mcp: Dispatcher, options: HandlerOptions = {}): NodeHandler {
  return nodeHandlerOf(servicesOf(mcp, options));
}
