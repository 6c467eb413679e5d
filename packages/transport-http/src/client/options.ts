import {
  checkBoolean,
  checkFunction,
  checkLimit,
  checkNames,
  systemClock,
  withDefaults,
} from "@towpath/mcp-core/http";
import type { ClientTransport, Clock, ReconnectBudget } from "@towpath/mcp-core/transport";
import {
  DEFAULT_MAX_CONNECTIONS,
  headersSource,
  type HeadersOption,
  type HeadersSource,
} from "@towpath/mcp-core/http-client";

/** How a stream of the handshake era that was cut is taken up again (2025-11-25, Resumability and Redelivery). */
export interface ResumptionOptions {
  /** Attempts without any progress, after which the stream is given up. Default: 5. */
  readonly attempts?: number;
  /** How long to wait before the first attempt where the server named no time, in ms. Default: 1,000. */
  readonly delayMs?: number;
  /** The longest wait that the growing pauses between further attempts come to, in ms. Default: 30,000. */
  readonly maxDelayMs?: number;
  /** How long attempts go on without any progress, in ms. Default: 300,000. */
  readonly deadlineMs?: number;
}

export interface StreamableHttpClientOptions {
  /**
   * Sent with every request, such as `Authorization`; a function is called for each, so that tokens may change.
   * What the protocol sets itself cannot be set here.
   */
  readonly headers?: HeadersOption;
  /** Speaks through this. Default: `node:http` on Node, the runtime's `fetch` elsewhere. */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * Connects to servers that have nothing but the HTTP+SSE transport of 2024-11-05, once it is known that this
   * is one (Backward Compatibility). Default: such servers cannot be reached.
   */
  readonly sse?: (url: URL) => ClientTransport;
  readonly resumption?: ResumptionOptions;
  /** Listens with GET for what a server of the handshake era says outside of requests. Default: `true`. */
  readonly standingStream?: boolean;
  /**
   * How long a stream may be silent before its connection is taken for dead, in ms. It counts for GET streams,
   * and for others once the server has shown that it sends comments to keep them alive. Default: 120,000.
   */
  readonly idleTimeoutMs?: number;
  /** How long ending the session may take when the client is closed, in ms. Default: 2,000. */
  readonly closeTimeoutMs?: number;
  /** Characters of one message from the server; a call with a longer answer fails. Default: 64 Mi. */
  readonly maxMessageBytes?: number;
  /**
   * How many requests may be under way at a time, each on a connection of its own where that is HTTP/1.1; further
   * ones wait. Notifications, answers, GET and DELETE never do. Default: 256. In a page: 4 in the handshake era, where
   * a server may ask something before it answers and browsers make six connections to it; no limit in the other one.
   */
  readonly maxConnections?: number;
  /** How often a session that the server has ended may be opened anew. Default: 5 times a minute; `false`: never. */
  readonly reconnect?: Omit<ReconnectBudget, "repeats"> | false;
  readonly clock?: Clock;
}

/** The names there are, so that one that is misspelt, or another library's, is not passed over. */
const KNOWN: Readonly<Record<keyof StreamableHttpClientOptions, true>> = {
  headers: true,
  fetch: true,
  sse: true,
  resumption: true,
  standingStream: true,
  idleTimeoutMs: true,
  closeTimeoutMs: true,
  maxMessageBytes: true,
  maxConnections: true,
  reconnect: true,
  clock: true,
};

export interface ClientSettings {
  readonly headers: HeadersSource;
  readonly resumption: Required<ResumptionOptions>;
  readonly standingStream: boolean;
  readonly idleTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly clock: Clock;
}

const DEFAULT_RESUMPTION: Required<ResumptionOptions> = {
  attempts: 5,
  delayMs: 1_000,
  maxDelayMs: 30_000,
  deadlineMs: 300_000,
};

/** 64 Mi. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * @param more names of options that only some runtimes have
 * @throws RangeError for a limit or a duration that is none; TypeError for headers that cannot be sent, and for what
 *   is no option
 */
export function clientSettings(options: StreamableHttpClientOptions, more: object): ClientSettings {
  checkNames("the options of streamableHttpClient", options, { ...KNOWN, ...more });
  checkNames("resumption", options.resumption ?? {}, DEFAULT_RESUMPTION);
  checkFunction("fetch", options.fetch);
  checkFunction("sse", options.sse);
  checkBoolean("standingStream", options.standingStream ?? true);
  const resumption = withDefaults(DEFAULT_RESUMPTION, options.resumption ?? {});
  const { attempts, ...durations } = resumption;
  const { maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
  const { idleTimeoutMs = 120_000, closeTimeoutMs = 2_000, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  checkLimit("maxMessageBytes", maxMessageBytes);
  checkLimit("maxConnections", maxConnections);
  if (!(attempts === Infinity || (Number.isInteger(attempts) && attempts >= 0)))
    throw new RangeError(`resumption.attempts must be an integer from 0 on, not ${String(attempts)}`);
  for (const [name, ms] of Object.entries({ ...durations, idleTimeoutMs, closeTimeoutMs }))
    if (!(ms >= 0)) throw new RangeError(`${name} must be a number of ms, 0 or more, not ${String(ms)}`);
  return {
    headers: headersSource(options.headers),
    resumption,
    standingStream: options.standingStream ?? true,
    idleTimeoutMs,
    closeTimeoutMs,
    maxMessageBytes,
    clock: options.clock ?? systemClock,
  };
}

const RECONNECT: ReconnectBudget = { attempts: 5, windowMs: 60_000, repeats: true };

export function reconnectBudget({ reconnect }: StreamableHttpClientOptions): ReconnectBudget | undefined {
  if (reconnect === false) return undefined;
  return reconnect === undefined ? RECONNECT : { ...reconnect, repeats: true };
}
