import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Dispatcher, ServerTransport } from "../contract/index.js";
import { isLoopbackHost } from "../http/hosts.js";
import { DEFAULT_CALL_LIMITS } from "../http-server/call-limits.js";
import type { HttpMount } from "../http-server/service.js";
import { Services } from "../http-server/services.js";
import { checkNames } from "../protocol/option-checks.js";
import { fireAndForget } from "../protocol/promises.js";
import { HttpListener } from "./http-listener.js";
import {
  LISTEN_OPTIONS,
  listenSettings,
  type HttpServerOptions,
  type ListenSettings,
} from "./listen-options.js";
import { answer } from "./node-handler.js";
import type { NodeService } from "./node-service.js";
import { takeUpgrades, upgradingRequests } from "./upgrades.js";

/** How often node:http looks for requests that take too long. */
const CHECKING_MS = 1_000;

/**
 * One server over HTTP, on one port, for several transports and whatever else is to be served beside them, with
 * `/health` and `/ready`.
 *
 * @param parts transports that can be mounted, such as `streamableHttp()`, `sse()` and `webSocket()`, and services
 * @throws RangeError, TypeError for an option that is not what it must be. `start` rejects when it cannot listen, and
 *   with a TypeError when two parts have the same path.
 */
export function httpServer(
  options: HttpServerOptions,
  ...parts: readonly (HttpMount<NodeService> | NodeService)[]
): ServerTransport {
  checkNames("the options of httpServer", options, { ...LISTEN_OPTIONS, onError: true, clock: true });
  const settings = listenSettings(options);
  return {
    name: "http",
    start: (dispatcher) => startServer(settings, dispatcher, parts),
  };
}

/** @throws whatever keeps the server from listening, and TypeError when two parts have the same path */
export async function startServer(
  settings: ListenSettings,
  dispatcher: Dispatcher,
  parts: readonly (HttpMount<NodeService> | NodeService)[],
): Promise<HttpListener> {
  const where = { loopbackOnly: isLoopbackHost(bracketed(settings.host)) };
  const mounted = parts.map((part) => ("mount" in part ? part.mount(dispatcher, where) : part));
  const services = new Services<NodeService>(mounted, settings, settings.onError);
  const server = serverFor(services, settings);
  try {
    await listen(server, settings);
  } catch (error) {
    await services.drain(0);
    throw error;
  }
  // Such as that there are too many open files.
  server.on("error", (error) => fireAndForget(() => settings.onError(error)));
  const { drainDelayMs, clock } = settings;
  return new HttpListener({
    server,
    services,
    urls: urlsOf(server, services, settings),
    drainDelayMs,
    hasOthers: dispatcher.state !== undefined,
    clock,
  });
}

function serverFor(services: Services<NodeService>, { tls, timing }: ListenSettings): Server {
  const { headersTimeoutMs, keepAliveTimeoutMs, maxConnections } = timing;
  const bodies = services.all.map(({ limits = DEFAULT_CALL_LIMITS }) => limits.requestTimeoutMs);
  const upgrades = services.all.some(({ upgrade }) => upgrade !== undefined);
  const options: ServerOptions = {
    ...(upgrades && { IncomingMessage: upgradingRequests(services) }),
    connectionsCheckingInterval: CHECKING_MS,
    headersTimeout: finite(headersTimeoutMs),
    requestTimeout: finite(headersTimeoutMs + Math.max(...bodies, 0)),
    keepAliveTimeout: finite(keepAliveTimeoutMs),
  };
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    answer(services, request, response);
  };
  const server =
    tls === undefined
      ? createServer(options, listener)
      : createTlsServer({ ...options, handshakeTimeout: finite(headersTimeoutMs), ...tls }, listener);
  // What is refused need not be sent: whoever waits to be asked for a body is asked when it is to be read.
  server.on("checkContinue", (request, response) => {
    answer(services, request, response, undefined, "expected");
  });
  if (upgrades) takeUpgrades(server, services);
  server.maxConnections = maxConnections;
  return server;
}

function listen(server: Server, { host, port }: ListenSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Where clients on this machine reach its services. */
function urlsOf(server: Server, services: Services<NodeService>, { tls }: ListenSettings): string[] {
  const address = server.address();
  // A server that listens on a host and a port has an address of this kind.
  if (address === null || typeof address === "string") throw new TypeError("The server has no address");
  const reachable = new Map([
    ["0.0.0.0", "127.0.0.1"],
    ["::", "::1"],
  ]);
  const host = bracketed(reachable.get(address.address) ?? address.address);
  return services.all.flatMap(({ endpoint, upgrade }) => {
    if (endpoint === undefined) return [];
    const scheme = `${upgrade === undefined ? "http" : "ws"}${tls === undefined ? "" : "s"}`;
    return [`${scheme}://${host}:${String(address.port)}${endpoint}`];
  });
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** node:http has 0 for no limit. */
function finite(ms: number): number {
  return ms === Infinity ? 0 : ms;
}
