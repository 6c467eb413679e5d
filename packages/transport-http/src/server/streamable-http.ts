import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from "node:https";
import { Guard, isLoopbackHost } from "@towpath/mcp-core/http";
import type { ServerTransport } from "@towpath/mcp-core/transport";
import { Endpoint } from "./endpoint.js";
import { listenSettings, type StreamableHttpOptions, type Timing } from "./listen-options.js";
import { HttpListener } from "./listener.js";
import { answer, handlerOf } from "./node-handler.js";
import { httpSettings, type HttpOptions } from "./options.js";

/** How often node:http looks for requests that take too long. */
const CHECKING_MS = 1_000;

/**
 * Serves MCP over Streamable HTTP, in every revision from 2025-03-26 on.
 * @throws RangeError, TypeError for an option that is not what it must be. `start` rejects when it cannot listen.
 */
export function streamableHttp(options: StreamableHttpOptions = {}): ServerTransport {
  const { host, port, tls, timing, drainDelayMs, http } = listenSettings(options);
  const loopbackOnly = isLoopbackHost(bracketed(host));
  checkSettings(http, loopbackOnly);
  return {
    name: "streamable-http",
    start: async (dispatcher) => {
      const endpoint = new Endpoint(dispatcher, http, loopbackOnly);
      try {
        const server = serverFor(endpoint, tls, timing);
        await listen(server, host, port);
        server.on("error", (error) => endpoint.report(error)); // such as that there are too many open files
        const scheme = tls === undefined ? "http" : "https";
        return new HttpListener({ server, endpoint, url: urlOf(server, scheme, endpoint), drainDelayMs });
      } catch (error) {
        await endpoint.drain(0);
        throw error;
      }
    },
  };
}

/** Says what is wrong where it is written, not only where the server is started. */
function checkSettings(options: HttpOptions, loopbackOnly: boolean): void {
  const { allowedHosts, allowedOrigins } = httpSettings(options);
  new Guard({ loopbackOnly, allowedHosts, allowedOrigins });
}

function serverFor(
  endpoint: Endpoint,
  tls: TlsServerOptions | undefined,
  { headersTimeoutMs, keepAliveTimeoutMs, maxConnections }: Timing,
): Server {
  const options: ServerOptions = {
    connectionsCheckingInterval: CHECKING_MS,
    headersTimeout: finite(headersTimeoutMs),
    requestTimeout: finite(headersTimeoutMs + endpoint.settings.limits.requestTimeoutMs),
    keepAliveTimeout: finite(keepAliveTimeoutMs),
  };
  const handler = handlerOf(endpoint);
  const listener: Parameters<typeof createServer>[1] = (request, response) => handler(request, response);
  const server =
    tls === undefined ? createServer(options, listener) : createTlsServer({ ...options, ...tls }, listener);
  // What is refused need not be sent: whoever waits to be asked for a body is asked when it is to be read.
  server.on("checkContinue", (request, response) => {
    answer(endpoint, request, response, undefined, "expected");
  });
  server.maxConnections = maxConnections;
  return server;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Where a client on this machine reaches it. */
function urlOf(server: Server, scheme: string, { settings }: Endpoint): string {
  const address = server.address();
  // A server that listens on a host and a port has an address of this kind.
  if (address === null || typeof address === "string") throw new TypeError("The server has no address");
  const reachable = new Map([
    ["0.0.0.0", "127.0.0.1"],
    ["::", "::1"],
  ]);
  const host = bracketed(reachable.get(address.address) ?? address.address);
  return `${scheme}://${host}:${String(address.port)}${settings.path}`;
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** node:http has 0 for no limit. */
function finite(ms: number): number {
  return ms === Infinity ? 0 : ms;
}
