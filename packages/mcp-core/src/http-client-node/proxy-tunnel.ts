import { request as httpRequest, type ClientRequest, type ClientRequestArgs } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import type { AgentOptions } from "./node-agents.js";

/** A proxy, taken apart. */
export interface Proxy {
  readonly protocol: "http:" | "https:";
  readonly host: string;
  readonly port: number;
  /** `Proxy-Authorization`, if the proxy's URL has credentials. */
  readonly authorization: string | undefined;
  /** For errors: without credentials. */
  readonly place: string;
}

export interface Tunnel {
  destroy(): void;
}

export class ProxyError extends Error {
  override readonly name = "ProxyError";
}

/**
 * Asks a proxy for a connection to another host (RFC 9110, section 9.3.6). `opened` is called once, later, with
 * an error or the connection.
 */
export function openTunnel(
  proxy: Proxy,
  target: ClientRequestArgs,
  options: AgentOptions,
  opened: (error: Error | undefined, socket?: Socket) => void,
): Tunnel {
  const { clock, connectTimeoutMs } = options;
  const request = connectRequest(proxy, authorityOf(target), options);
  let settled = false;
  const settle = (error: Error | undefined, socket?: Socket): void => {
    if (settled) return;
    settled = true;
    timer.cancel();
    request.removeAllListeners().on("error", () => {});
    if (error !== undefined) request.destroy();
    opened(error, socket);
  };
  const timer = clock.schedule(connectTimeoutMs, () =>
    settle(new ProxyError(`the proxy ${proxy.place} did not connect within ${String(connectTimeoutMs)} ms`)),
  );
  request.on("error", (cause) =>
    settle(new ProxyError(`the proxy ${proxy.place} could not be reached`, { cause })),
  );
  request.on("connect", ({ statusCode }, socket: Socket, head: Buffer) => {
    if (isSuccess(statusCode) && head.length === 0) settle(undefined, socket);
    else {
      socket.destroy();
      settle(new ProxyError(`the proxy ${proxy.place} ${refusal(statusCode)}`));
    }
  });
  request.end();
  return { destroy: () => settle(new ProxyError("the connection was closed")) };
}

function connectRequest(proxy: Proxy, authority: string, { tls }: AgentOptions): ClientRequest {
  const headers = ["Host", authority, "Connection", "keep-alive"];
  if (proxy.authorization !== undefined) headers.push("Proxy-Authorization", proxy.authorization);
  const { host, port } = proxy;
  const args = { method: "CONNECT", host, port, path: authority, headers, agent: false as const };
  // Which authorities are trusted holds for both; keys and leniency are for the server alone.
  return proxy.protocol === "https:"
    ? httpsRequest({ ...args, ...(tls?.ca === undefined ? {} : { ca: tls.ca }) })
    : httpRequest(args);
}

function authorityOf({ host, port }: ClientRequestArgs): string {
  const name = String(host);
  return `${name.includes(":") ? `[${name}]` : name}:${String(port)}`;
}

const isSuccess = (status = 0): boolean => status >= 200 && status < 300;

function refusal(status = 0): string {
  if (status === 407) return "wants credentials: http://user:password@host:port (407)";
  return isSuccess(status)
    ? "sent data of its own into the tunnel"
    : `refused to connect (${String(status)})`;
}
