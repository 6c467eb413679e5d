import type { JsonObject } from "../jsonrpc/messages.js";
import type { Clock } from "../protocol/clock.js";
import type { Revision } from "../protocol/revisions.js";
import type { CacheHints, ServerCapabilities } from "../protocol/types.js";
import type { State } from "../state/contract.js";
import type { CacheKind, ServerExtensionOption } from "../extension/server.js";
import type { TaskOptions } from "../tasks/server/task-extensions.js";
import type { RateLimitOptions } from "./rate-limit/options.js";

export interface McpServerOptions {
  /** Guidance for a model on how to use this server. */
  readonly instructions?: string;
  /** The revisions that are spoken. Default: all. */
  readonly revisions?: readonly Revision[];
  /** Capabilities to declare besides those that follow from what is registered. */
  readonly capabilities?: ServerCapabilities;
  readonly experimental?: Readonly<Record<string, JsonObject>>;
  readonly extensions?: readonly ServerExtensionOption[];
  /** Whether `ctx.log` may send messages to clients that ask. Default: true. */
  readonly logging?: boolean;
  /** Items on one page of a list. Default: 100. */
  readonly pageSize?: number;
  /**
   * How long clients may keep results, in ms, and for whom (Caching). Defaults: `discover` 300,000 public,
   * `lists` 60,000 public, `reads` 0 private; where there is middleware, all of them private.
   */
  readonly cache?: Partial<Record<CacheKind, CacheHints>>;
  /** Keeps what a handler threw from the client, except `ToolError` and protocol errors. Default: false. */
  readonly maskErrors?: boolean;
  /**
   * URIs one subscription, or one client of the handshake era, may ask for updates of. Those of such a client may
   * have 256 characters for each that is allowed, all together. Default: 1,024.
   */
  readonly maxSubscriptions?: number;
  /**
   * How long a client may take to answer a request of the server's, in ms; `Infinity` for ever. People need
   * time: default 600,000, and at most 60,000 for `ping`.
   */
  readonly askTimeoutMs?: number;
  /**
   * Secrets that seal what travels through clients between the rounds of a call, each of at least 32
   * characters or bytes; the first seals, all open. Nodes that serve the same clients need the same. Default:
   * those of the environment variable `TOWPATH_STATE_KEYS`, separated by commas; else one that is kept in
   * `state`; else one of this process.
   */
  readonly stateKeys?: readonly (string | Uint8Array)[];
  /** How long a client may take from question to answer in the stateless era, in ms. Default: 3,600,000. */
  readonly stateTtlMs?: number;
  /**
   * Told of what handlers throw, and of other failures of the server's. Not told of what is meant for the
   * client, which is a `ToolError` or a `ProtocolError`; of what the client is the reason of, which is in tools
   * an `AskRefusedError`, `AskTimeoutError` or `InvalidAnswerError`; and of what requests that were cancelled
   * end with. Default: `console.error`.
   */
  readonly onError?: (error: unknown) => void;
  /** How long tasks are kept, how many, and how often clients are to ask for them. */
  readonly tasks?: TaskOptions;
  /** How many requests each principal may make, over all nodes. Default: as many as come. */
  readonly rateLimit?: RateLimitOptions;
  /** For tests. Default: the system's. */
  readonly clock?: Clock;
  /** Shares sessions, streams and changes with other nodes. Default: this process is the only one. */
  readonly state?: State;
}

export const DEFAULT_CACHE: Readonly<Record<CacheKind, CacheHints>> = {
  discover: { ttlMs: 300_000, cacheScope: "public" },
  lists: { ttlMs: 60_000, cacheScope: "public" },
  reads: { ttlMs: 0, cacheScope: "private" },
};

/** The defaults where there is middleware, which may answer one principal other than the next. */
export const WRAPPED_CACHE: Readonly<Record<CacheKind, CacheHints>> = {
  discover: { ...DEFAULT_CACHE.discover, cacheScope: "private" },
  lists: { ...DEFAULT_CACHE.lists, cacheScope: "private" },
  reads: { ...DEFAULT_CACHE.reads, cacheScope: "private" },
};

/**
 * @param where as in `cache.lists`
 * @throws RangeError for hints the specification does not allow
 */
export function checkCacheHints(where: string, { ttlMs, cacheScope }: CacheHints): void {
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 0) {
    throw new RangeError(
      `${where}.ttlMs must be a whole number of milliseconds, 0 or more, not ${String(ttlMs)}`,
    );
  }
  if (!["public", "private"].includes(cacheScope)) {
    throw new RangeError(
      `${where}.cacheScope must be "public" or "private", not ${JSON.stringify(cacheScope)}`,
    );
  }
}

/** The options that hold for a whole server, with their defaults. */
export interface CheckedOptions {
  readonly pageSize: number;
  readonly maskErrors: boolean;
  readonly askTimeoutMs: number;
  readonly maxSubscriptions: number;
  readonly cache: Readonly<Record<CacheKind, CacheHints>>;
}

/** @throws RangeError for one that is not what it must be */
export function checkedOptions(options: McpServerOptions): CheckedOptions {
  const { pageSize = 100, maskErrors = false, askTimeoutMs = 600_000, maxSubscriptions = 1024 } = options;
  const cache = { ...DEFAULT_CACHE, ...options.cache };
  for (const [kind, hints] of Object.entries(cache)) checkCacheHints(`cache.${kind}`, hints);
  if (!Number.isInteger(pageSize) || pageSize < 1)
    throw new RangeError(`pageSize must be a positive integer, not ${String(pageSize)}`);
  if (!(askTimeoutMs > 0))
    throw new RangeError(`askTimeoutMs must be more than 0 milliseconds, not ${String(askTimeoutMs)}`);
  if (!Number.isInteger(maxSubscriptions) || maxSubscriptions < 0)
    throw new RangeError(`maxSubscriptions must be a whole number, not ${String(maxSubscriptions)}`);
  return { pageSize, maskErrors, askTimeoutMs, maxSubscriptions, cache };
}
