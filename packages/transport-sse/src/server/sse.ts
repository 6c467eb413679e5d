import { mountable, type HttpServerTransport, type ListenOptions } from "@towpath/mcp-core/http-node";
import { SseEndpoint } from "./endpoint.js";
import { sseSettings, type SseOptions } from "./options.js";

export interface SseServerOptions extends SseOptions, ListenOptions {}

/**
 * Serves MCP over HTTP+SSE, the transport of revision 2024-11-05, in the revisions from then to 2025-11-25: on a server
 * of its own, or mounted on an `httpServer` beside others, which then has the options that say how to listen.
 * @throws RangeError, TypeError for an option that is not what it must be. `start` rejects when it cannot listen, and
 *   with a TypeError for a server that speaks none of these revisions.
 */
export function sse(options: SseServerOptions = {}): HttpServerTransport {
  return mountable("sse", options, (own: SseOptions) => {
    const settings = sseSettings(own);
    return (to, { loopbackOnly }) => new SseEndpoint(to, settings, loopbackOnly);
  });
}
