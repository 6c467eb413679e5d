import { mountable, type HttpServerTransport, type ListenOptions } from "@towpath/mcp-core/http-node";
import { Endpoint } from "./endpoint.js";
import { httpSettings, type HttpOptions } from "./options.js";

export interface StreamableHttpOptions extends HttpOptions, ListenOptions {}

/**
 * Serves MCP over Streamable HTTP, in every revision from 2025-03-26 on: on a server of its own, or mounted on an
 * `httpServer` beside others, which then has the options that say how to listen.
 * @throws RangeError, TypeError for an option that is not what it must be. `start` rejects when it cannot listen.
 */
export function streamableHttp(options: StreamableHttpOptions = {}): HttpServerTransport {
  return mountable("streamable-http", options, (own: HttpOptions) => {
    const settings = httpSettings(own);
    return (to, { loopbackOnly }) => new Endpoint(to, settings, loopbackOnly);
  });
}
