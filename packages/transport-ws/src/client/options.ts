import { mayPass } from "@towpath/mcp-core/http-client";
import {
  checkAtLeast0,
  checkDuration,
  checkLimit,
  checkNames,
  describe,
  systemClock,
  withDefaults,
  type Clock,
  type ReconnectBudget,
} from "@towpath/mcp-core/transport";
import { SUBPROTOCOL } from "../subprotocol.js";

/** How a connection that was lost is made anew: at once, as the server may speak at any time. */
export interface WebSocketReconnectOptions {
  /** New connections within `windowMs`, those included that cannot be made. When they are spent, one more may be made
   * every `maxDelayMs`. Default: 12. */
  readonly attempts?: number;
  /** In ms. Default: 120,000. */
  readonly windowMs?: number;
  /** How long to wait after the first attempt that failed, in ms; each further pause is twice as long. Default: 250. */
  readonly delayMs?: number;
  /** The longest pause, in ms. Default: 10,000. */
  readonly maxDelayMs?: number;
}

/** What every runtime has. */
export interface WebSocketClientOptions {
  /**
   * Subprotocols that are offered besides `mcp`. The server chooses `mcp` in any case; they are a place for what a page
   * has to tell it, which can set no headers.
   */
  readonly protocols?: readonly string[];
  /**
   * How long it may take until the WebSocket is open, in ms: with `headers`, name lookup, TLS and handshake. Default:
   * 10,000.
   */
  readonly connectTimeoutMs?: number;
  /** How long the server may take to say goodbye, too, when the client is closed, in ms. Default: 2,000. */
  readonly closeTimeoutMs?: number;
  /** Bytes of one message from the server; a longer one ends the connection. Default: 64 MiB. */
  readonly maxMessageBytes?: number;
  /**
   * Bytes that may wait for a server which reads. When more wait, and it takes none of them for 5 seconds, the
   * connection is ended. Default: 16 MiB.
   */
  readonly maxQueuedBytes?: number;
  /** How long a server may take none of what waits for it, in ms, before the connection is ended. Default: 30,000. */
  readonly stallTimeoutMs?: number;
  /** How often, and after which pauses, a connection that was lost may be made anew. `false`: never. */
  readonly reconnect?: WebSocketReconnectOptions | false;
  /** For tests. Default: the system's. */
  readonly clock?: Clock;
}

/** The names there are, so that one that is misspelt, or another runtime's, is not passed over. */
export const CLIENT_OPTIONS: Readonly<Record<keyof WebSocketClientOptions, true>> = {
  protocols: true,
  connectTimeoutMs: true,
  closeTimeoutMs: true,
  maxMessageBytes: true,
  maxQueuedBytes: true,
  stallTimeoutMs: true,
  reconnect: true,
  clock: true,
};

export interface ClientSettings extends Required<Omit<WebSocketClientOptions, "protocols" | "reconnect">> {
  /** `mcp` first. */
  readonly protocols: readonly string[];
  readonly reconnect: ReconnectBudget | undefined;
}

const RECONNECT = { attempts: 12, windowMs: 120_000, delayMs: 250, maxDelayMs: 10_000 };

/** Of a token, which a subprotocol has to be (RFC 6455, section 4.1). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * @param names of all options that this runtime has
 * @throws RangeError for a limit or a duration that is none; TypeError for what is no option
 */
export function clientSettings(options: WebSocketClientOptions, names: object): ClientSettings {
  checkNames("the options of webSocketClient", options, names);
  const { connectTimeoutMs = 10_000, closeTimeoutMs = 2_000, stallTimeoutMs = 30_000 } = options;
  const { maxMessageBytes = 64 * 2 ** 20, maxQueuedBytes = 16 * 2 ** 20 } = options;
  const { protocols = [], reconnect = {}, clock = systemClock } = options;
  for (const [name, value] of Object.entries({ maxMessageBytes, maxQueuedBytes })) checkLimit(name, value);
  for (const [name, value] of Object.entries({ connectTimeoutMs, stallTimeoutMs }))
    checkDuration(name, value);
  checkAtLeast0("closeTimeoutMs", closeTimeoutMs, 2 ** 31 - 1);
  return {
    protocols: [SUBPROTOCOL, ...checkedProtocols(protocols)],
    connectTimeoutMs,
    closeTimeoutMs,
    stallTimeoutMs,
    maxMessageBytes,
    maxQueuedBytes,
    reconnect: reconnect === false ? undefined : reconnectBudget(reconnect),
    clock,
  };
}

function reconnectBudget(given: WebSocketReconnectOptions): ReconnectBudget {
  checkNames("reconnect", given, RECONNECT);
  const budget = withDefaults(RECONNECT, given);
  for (const [name, value] of Object.entries(budget)) checkLimit(`reconnect.${name}`, value);
  return { ...budget, mayPass, eager: true };
}

function checkedProtocols(protocols: readonly unknown[]): readonly string[] {
  if (!Array.isArray(protocols))
    throw new TypeError(`protocols must be an array of strings, not ${describe(protocols)}`);
  const names = protocols.map((name: unknown, index) => {
    // What it is may be a secret.
    if (typeof name !== "string" || !TOKEN.test(name))
      throw new TypeError(
        `protocols[${String(index)}] is no name of a subprotocol: it has to be a token of HTTP`,
      );
    return name;
  });
  if (names.includes(SUBPROTOCOL) || new Set(names).size < names.length)
    throw new TypeError(`protocols are offered besides ${SUBPROTOCOL}, each of them once`);
  return names;
}
