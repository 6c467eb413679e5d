import type { ServerOptions as TlsServerOptions } from "node:https";
import type { HealthPaths } from "../http-server/services.js";
import { describe, isObject } from "../jsonrpc/guards.js";
import { systemClock, type Clock } from "../protocol/clock.js";
import { checkLimit } from "../protocol/limits.js";
import { checkAtLeast0, checkFunction, checkPath } from "../protocol/option-checks.js";

/** How a server over HTTP listens. */
export interface ListenOptions extends HealthPaths {
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

/** What is the server's to know, and what its transports know as well. */
export interface HttpServerOptions extends ListenOptions {
  /** Told of failures that no client can be blamed for. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** For tests. Default: the system's. */
  readonly clock?: Clock;
}

/** Every name there is. */
export const LISTEN_OPTIONS: Readonly<Record<keyof ListenOptions, true>> = {
  host: true,
  port: true,
  tls: true,
  headersTimeoutMs: true,
  keepAliveTimeoutMs: true,
  maxConnections: true,
  drainDelayMs: true,
  health: true,
  ready: true,
};

/** How connections are taken. */
export interface ListenSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsServerOptions | undefined;
  readonly timing: Timing;
  readonly drainDelayMs: number;
  readonly health: string | false;
  readonly ready: string | false;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

export interface Timing {
  readonly headersTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
}

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8000;

/** @throws RangeError, TypeError for an option that is not what it must be */
export function listenSettings(options: HttpServerOptions): ListenSettings {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, tls, drainDelayMs = 0 } = options;
  const { headersTimeoutMs = 10_000, keepAliveTimeoutMs = 75_000, maxConnections = 20_000 } = options;
  const { health = "/health", ready = "/ready", onError = reportToConsole, clock = systemClock } = options;
  const timing = { headersTimeoutMs, keepAliveTimeoutMs, maxConnections };
  for (const [name, value] of Object.entries(timing)) checkLimit(name, value);
  checkAtLeast0("port", port, 65_535);
  checkAtLeast0("drainDelayMs", drainDelayMs, Infinity);
  checkFunction("onError", onError);
  checkPath("health", health);
  checkPath("ready", ready);
  checkTls(tls);
  return { host: addressOf(host), port, tls, timing, drainDelayMs, health, ready, onError, clock };
}

/** What is told of to nobody else goes to the console. */
export function reportToConsole(error: unknown): void {
  // eslint-disable-next-line no-console -- without an onError, a failure would go unseen
  console.error(error);
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
