import type { ServerOptions as TlsServerOptions } from "node:https";
import { checkLimit, describe, isObject, checkAtLeast0 } from "@towpath/mcp-core/transport";
import type { HttpOptions } from "./options.js";

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

/** How connections are taken, and what is served on them. */
export interface ListenSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsServerOptions | undefined;
  readonly timing: Timing;
  readonly drainDelayMs: number;
  /** Of the endpoint; not checked yet. */
  readonly http: HttpOptions;
}

export interface Timing {
  readonly headersTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
}

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8000;

/** @throws RangeError, TypeError for an option that is not what it must be */
export function listenSettings(options: StreamableHttpOptions): ListenSettings {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, tls, drainDelayMs = 0, ...rest } = options;
  const { headersTimeoutMs = 10_000, keepAliveTimeoutMs = 75_000, maxConnections = 20_000, ...http } = rest;
  const timing = { headersTimeoutMs, keepAliveTimeoutMs, maxConnections };
  for (const [name, value] of Object.entries(timing)) checkLimit(name, value);
  checkAtLeast0("port", port, 65_535);
  checkAtLeast0("drainDelayMs", drainDelayMs, Infinity);
  checkTls(tls);
  const { health = "/health", ready = "/ready" } = http;
  return { host: addressOf(host), port, tls, timing, drainDelayMs, http: { ...http, health, ready } };
}

/** An IPv6 address may be given as a URL has it. */
function addressOf(host: unknown): string {
  if (typeof host !== "string" || host === "")
    throw new TypeError(`host must be a name or an address, as "127.0.0.1" or "::", not ${describe(host)}`);
  return /^\[(.+)\]$/.exec(host)?.[1] ?? host;
}

/** Without any of these node:https listens, and fails every handshake. */
const IDENTITIES: readonly (readonly string[])[] = [
  ["key", "cert"],
  ["privateKeyIdentifier", "cert"],
  ["pfx"],
  ["SNICallback"],
  ["pskCallback"],
];

function checkTls(tls: unknown): void {
  if (tls === undefined) return;
  const has = (name: string): boolean => isObject(tls) && tls[name] !== undefined && tls[name] !== null;
  if (IDENTITIES.some((names) => names.every(has))) return;
  const what = isObject(tls) ? "an object without" : describe(tls);
  throw new TypeError(`tls must have a key and a cert, a pfx or an SNICallback, not be ${what}`);
}
