import { nodeHandlerOf, type NodeHandler } from "@towpath/mcp-core/http-node";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { servicesOf, type HandlerOptions } from "./handler-options.js";

/**
 * Serves MCP in a server of node:http that is there already, in every revision from 2025-03-26 on.
 * @throws RangeError, TypeError for an option that is not what it must be
 */
export function nodeHandler(mcp: Dispatcher, options: HandlerOptions = {}): NodeHandler {
  return nodeHandlerOf(servicesOf(mcp, options));
}
