import type { CompileOptions } from "../json-schema/compile.js";
import type { JsonObject, JsonRpcNotification } from "../jsonrpc/messages.js";
import type { Clock } from "../protocol/clock.js";
import type { Era, Revision } from "../protocol/revisions.js";
import type {
  ClientCapabilities,
  Implementation,
  LogLevel,
  LogMessage,
  Progress,
} from "../protocol/types.js";
import type { QuestionHandlers } from "./answering/handlers.js";
import type { CacheMode, SharedCache } from "./cache/client-cache.js";
import type { ResponseCache } from "./cache/response-cache.js";

/**
 * How long to wait for an answer, in ms; `Infinity` for ever. Where a server asks before it answers, each
 * round has this time anew: what a person takes to answer is not the server's.
 */
export interface Timeouts {
  /**
   * Without an answer or progress. While this client is answering a question of the server's, no call in
   * flight counts as idle. Default: 60,000.
   */
  readonly timeoutMs?: number;
  /** In all, whatever the progress. Default: 3,600,000. */
  readonly maxTotalTimeoutMs?: number;
}

/** An extension of the protocol, as a client supports it (Versioning, Extension Negotiation). */
export interface ClientExtension {
  /** With its mandatory prefix, as in `io.modelcontextprotocol/tasks`. */
  readonly id: string;
  /** Declared under `capabilities.extensions`; an empty object by default. */
  readonly settings?: JsonObject;
  /** Values of `resultType` it adds. */
  readonly resultTypes?: readonly string[];
  /** Its methods, which are sent only to servers that declared the extension. */
  readonly methods?: readonly string[];
  /** Names of filters it adds to `listen`. */
  readonly listenFilters?: readonly string[];
}

export interface McpClientOptions extends Timeouts, QuestionHandlers {
  /** Name and version as servers see them. Default: `towpath`. */
  readonly info?: string | Implementation;
  /** Speaks one era only. Default: whichever the server speaks, the stateless one first. */
  readonly era?: Era;
  /** The revisions to speak. Default: all. */
  readonly revisions?: readonly Revision[];
  /** Declared besides what follows from the handlers that are given. */
  readonly capabilities?: ClientCapabilities;
  /**
   * How often one call may be answered with questions before it fails with a `TooManyRoundsError` (stateless
   * era). Default: 10.
   */
  readonly maxRounds?: number;
  readonly extensions?: readonly ClientExtension[];
  /**
   * How long a server may take to answer the first question for its era before it is also greeted as one
   * of the handshake era, in ms; the first conclusive answer decides. Default: 1,000.
   */
  readonly probeTimeoutMs?: number;
  /** Asks for log messages of this severity and above. Default: none. */
  readonly logLevel?: LogLevel;
  readonly onLog?: (message: LogMessage) => void;
  /** Takes notifications that belong to no call, such as `notifications/tools/list_changed`. */
  readonly onNotification?: (message: JsonRpcNotification) => void;
  /**
   * Told of what arrived and is skipped because it is no MCP message, or a tool that is left out of lists as its
   * annotations for headers are not valid. Default: nobody; of such tools `console.warn`.
   */
  readonly onNoise?: (description: string) => void;
  /**
   * Told of failures that a server hears of only as an internal error: what a handler of questions throws in
   * the handshake era. In the stateless era the call that is asked about rejects with it. Default:
   * `console.error`.
   */
  readonly onError?: (error: unknown) => void;
  /**
   * Where results are kept for as long as the server allows (Caching). Default: in a cache of the client's
   * own, with the bounds of `responseCache()`.
   */
  readonly cache?: false | ResponseCache | SharedCache;
  /**
   * Holds the structured content of results against the output schema of their tool (Tools, Output Schema),
   * within the limits given here and with their defaults. Regular expressions are the server's, and may take
   * for ever: they are run only with a `createPattern` of yours, and what depends on one is not refused
   * otherwise. Default: `true`.
   */
  readonly validateOutput?: boolean | CompileOptions;
  readonly clock?: Clock;
}

export interface CallOptions extends Timeouts {
  /** Asks for progress, and takes it. */
  readonly onProgress?: (progress: Progress) => void;
  /** Gives up: the server is told to stop, and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Further `_meta`, such as a W3C trace context. */
  readonly meta?: JsonObject;
  /** Whether a result that is kept will do. Default: `default`, which serves it while it is fresh. */
  readonly cache?: CacheMode;
  /** How often this call may be answered with questions. Default: as the client has it. */
  readonly maxRounds?: number;
}

export const DEFAULT_TIMEOUT_MS = 60_000;
export const DEFAULT_MAX_TOTAL_TIMEOUT_MS = 3_600_000;
export const DEFAULT_PROBE_TIMEOUT_MS = 1_000;
export const DEFAULT_MAX_ROUNDS = 10;

/** Whether a server may ask anything of a client with these options. */
export function answersQuestions({ elicit, openUrl, sample, roots }: QuestionHandlers): boolean {
  return [elicit, openUrl, sample, roots].some((handler) => handler !== undefined);
}

/** @throws RangeError for what cannot be waited for */
export function checkTimeout(name: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  throw new RangeError(
    `${name} must be a number of milliseconds greater than 0, or Infinity, not ${String(value)}`,
  );
}

/** @throws RangeError for what is no number of rounds */
export function checkRounds(value: number): number {
  if (value === Infinity || (Number.isInteger(value) && value >= 0)) return value;
  throw new RangeError(`maxRounds must be an integer of at least 0, or Infinity, not ${String(value)}`);
}
