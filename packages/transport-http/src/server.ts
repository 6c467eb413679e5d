import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from "node:https";
import { Guard, isLoopbackHost } from "@towpath/mcp-core/http";
import { checkLimit, type ServerTransport } from "@towpath/mcp-core/transport";
import { Endpoint } from "./endpoint.js";
import { HttpListener } from "./listener.js";
import { handlerOf } from "./node-handler.js";
import { httpSettings, type HttpOptions } from "./options.js";

export interface StreamableHttpOptions extends HttpOptions {
  /** The address to listen on. Default: `127.0.0.1`, which only this machine reaches. */
  readonly host?: string;
  /** Default: 8000. 0 is any that is free; the listener's `url` says which. */
  readonly port?: number;
  /** Key, certificate and whatever else node:https takes; then it serves HTTPS. */
  readonly tls?: TlsServerOptions;
  /** How long the headers of a request may take to arrive, in ms. Default: 10,000. */
  readonly headersTimeoutMs?: number;
  /** How long a connection may be idle between two requests, in ms. Default: 75,000, longer than load balancers have it. */
  readonly keepAliveTimeoutMs?: number;
  /** Connections at a time; further ones are closed at once. Default: 20,000. */
  readonly maxConnections?: number;
  /**
   * How long a drain goes on serving after `ready` began to fail, in ms, so that whatever distributes work notices.
   * Default: 0.
   */
  readonly drainDelayMs?: number;
}

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8000;

/** How often node:http looks for requests that take too long. */
const CHECKING_MS = 1_000;

/**
 * Serves MCP over Streamable HTTP, in every revision from 2025-03-26 on.
 * @throws RangeError, TypeError for an option that is not what it must be. `start` rejects when it cannot listen.
 */
export function streamableHttp(options: StreamableHttpOptions = {}): ServerTransport {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, drainDelayMs = 0 } = options;
  const { headersTimeoutMs = 10_000, keepAliveTimeoutMs = 75_000, maxConnections = 20_000 } = options;
  const timing = { headersTimeoutMs, keepAliveTimeoutMs, maxConnections };
  for (const [name, value] of Object.entries(timing)) checkLimit(name, value);
  checkAtLeast0("port", port, 65_535);
  checkAtLeast0("drainDelayMs", drainDelayMs, Infinity);
  const settings = { ...options, health: options.health ?? "/health", ready: options.ready ?? "/ready" };
  const loopbackOnly = isLoopbackHost(bracketed(host));
  checkSettings(settings, loopbackOnly);
  return {
    name: "streamable-http",
    start: async (dispatcher) => {
      const endpoint = new Endpoint(dispatcher, settings, loopbackOnly);
      try {
        const server = serverFor(endpoint, options.tls, timing);
        await listen(server, host, port);
        server.on("error", (error) => endpoint.report(error)); // such as that there are too many open files
        const scheme = options.tls === undefined ? "http" : "https";
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

function checkAtLeast0(name: string, value: number, most: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value <= most))
    throw new RangeError(`${name} must be an integer from 0 to ${String(most)}, not ${String(value)}`);
}

interface Timing {
  readonly headersTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
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
