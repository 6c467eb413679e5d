import type { CallOptions, Timeouts } from "../extension/call-options.js";
import type { ClientExtensionOption } from "../extension/client.js";
import type { CompileOptions } from "../json-schema/compile.js";
import type { JsonRpcNotification } from "../jsonrpc/messages.js";
import type { Clock } from "../protocol/clock.js";
import type { Era, Revision } from "../protocol/revisions.js";
import type { ClientCapabilities, Implementation, LogLevel, LogMessage } from "../protocol/types.js";
import type { QuestionHandlers } from "./answering/handlers.js";
import type { SharedCache } from "./cache/client-cache.js";
import type { ResponseCache } from "./cache/response-cache.js";

export type { CallOptions, Timeouts };

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
  /**
   * Extensions of the protocol, or what makes them for this client. Each is declared once. They are asked in this order,
   * and before tasks.
   */
  readonly extensions?: readonly ClientExtensionOption[];
  /**
   * Tasks: calls that a server goes on with after it answered them (2025-11-25, Tasks; Tasks extension). `false` turns
   * them off: no server is told of them then, and none may answer with one. Default: `true`.
   */
  readonly tasks?: boolean;
  /**
   * How long a server may take to answer the first question for its era, its start included, before it is also greeted
   * as one of the handshake era, in ms; the first conclusive answer decides. A server of both eras that both reach on
   * one connection, as over stdio, is of the handshake era there. Default: 5,000.
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

export const DEFAULT_TIMEOUT_MS = 60_000;
export const DEFAULT_MAX_TOTAL_TIMEOUT_MS = 3_600_000;
export const DEFAULT_PROBE_TIMEOUT_MS = 5_000;
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
