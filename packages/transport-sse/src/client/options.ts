import {
  ConnectionLostError,
  checkDuration,
  checkFunction,
  checkLimit,
  checkNames,
  systemClock,
  withDefaults,
} from "@towpath/mcp-core/http";
import {
  DEFAULT_MAX_CONNECTIONS,
  headersSource,
  HttpStatusError,
  mayPass,
} from "@towpath/mcp-core/http-client";
import type { HeadersOption, HeadersSource } from "@towpath/mcp-core/http-client";
import type { Clock, ReconnectBudget } from "@towpath/mcp-core/transport";

/** How a connection that was lost is made anew; there is a new session then, as no other can be taken up. */
export interface SseReconnectOptions {
  /**
   * New connections within any `windowMs`, those included that cannot be made. When they are spent, one more may be made
   * every `maxDelayMs`. Default: 12.
   */
  readonly attempts?: number;
  /** Default: 120,000. */
  readonly windowMs?: number;
  /**
   * The first comes at once. After one that failed, how long to wait before the next, in ms; each further pause is
   * twice as long, and a random part of it shorter. Default: 250.
   */
  readonly delayMs?: number;
  /** The longest pause, in ms. Default: 10,000. */
  readonly maxDelayMs?: number;
}

export interface SseClientOptions {
  /**
   * Sent with every request, such as `Authorization`; a function is called for each, so that tokens may change.
   * What the protocol sets itself cannot be set here.
   */
  readonly headers?: HeadersOption;
  /** Speaks through this. Default: `node:http` on Node, the runtime's `fetch` elsewhere. */
  readonly fetch?: typeof globalThis.fetch;
  /** How long it may take until the server has said where to post messages, in ms. Default: 10,000. */
  readonly endpointTimeoutMs?: number;
  /**
   * How long the stream may be silent before the connection is taken for dead, in ms. It counts once the server has
   * shown that it has something to say from time to time: with two comments, events of other names or pings after
   * the endpoint. Default: 120,000.
   */
  readonly idleTimeoutMs?: number;
  /** Characters of one message from the server; a longer one ends the connection. Default: 64 Mi. */
  readonly maxMessageBytes?: number;
  /**
   * How many requests may wait at a time for the server to take them, each on a connection of its own where that is
   * HTTP/1.1; further ones wait. Notifications and answers never do, nor does the stream. Default: 256; in a page 4,
   * as browsers make six connections to a server.
   */
  readonly maxConnections?: number;
  /** How often, and when, a connection that was lost is made anew. `false`: never. */
  readonly reconnect?: SseReconnectOptions | false;
  readonly clock?: Clock;
}

/** The names there are, so that one that is misspelt, or another library's, is not passed over. */
const KNOWN: Readonly<Record<keyof SseClientOptions, true>> = {
  headers: true,
  fetch: true,
  endpointTimeoutMs: true,
  idleTimeoutMs: true,
  maxMessageBytes: true,
  maxConnections: true,
  reconnect: true,
  clock: true,
};

export interface ClientSettings {
  readonly headers: HeadersSource;
  readonly endpointTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly reconnect: ReconnectBudget | undefined;
  readonly clock: Clock;
}

/** 64 Mi. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * @param more names of options that only some runtimes have
 * @throws RangeError for a limit or a duration that is none; TypeError for headers that cannot be sent, and for what
 *   is no option
 */
export function clientSettings(options: SseClientOptions, more: object): ClientSettings {
  checkNames("the options of sseClient", options, { ...KNOWN, ...more });
  checkFunction("fetch", options.fetch);
  const { maxMessageBytes = MAX_MESSAGE_BYTES, maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
  const { endpointTimeoutMs = 10_000, idleTimeoutMs = 120_000 } = options;
  for (const [name, value] of Object.entries({ maxMessageBytes, maxConnections })) checkLimit(name, value);
  for (const [name, ms] of Object.entries({ endpointTimeoutMs, idleTimeoutMs })) checkDuration(name, ms);
  return {
    headers: headersSource(options.headers),
    endpointTimeoutMs,
    idleTimeoutMs,
    maxMessageBytes,
    reconnect: options.reconnect === false ? undefined : reconnectBudget(options.reconnect ?? {}),
    clock: options.clock ?? systemClock,
  };
}

const RECONNECT = { attempts: 12, windowMs: 120_000, delayMs: 250, maxDelayMs: 10_000 };

function reconnectBudget(given: SseReconnectOptions): ReconnectBudget {
  checkNames("reconnect", given, RECONNECT);
  const { attempts, ...durations } = withDefaults(RECONNECT, given);
  checkLimit("reconnect.attempts", attempts);
  for (const [name, ms] of Object.entries(durations)) checkMs(`reconnect.${name}`, ms);
  return { attempts, ...durations, mayPass: mayPassHere, eager: true, repeats: true };
}

/** Whether another attempt may succeed, after one that failed so: an endpoint that was refused stays refused. */
function mayPassHere(failure: unknown): boolean {
  const isOfTheWay = failure instanceof HttpStatusError || failure instanceof ConnectionLostError;
  return isOfTheWay && mayPass(failure);
}

function checkMs(name: string, ms: number): void {
  if (!(ms >= 0)) throw new RangeError(`${name} must be a number of ms, 0 or more, not ${String(ms)}`);
}
