import { Guard } from "@towpath/mcp-core/http";
import type { AdmissionOptions } from "@towpath/mcp-core/http-server";
import {
  describe,
  withDefaults,
  type Clock,
  checkBoolean,
  checkDuration,
  checkFunction,
  checkNames,
  checkPath,
} from "@towpath/mcp-core/transport";
import { httpLimits, type HttpLimits } from "./limits.js";

/** What one endpoint does, however requests come to it. */
export interface HttpOptions extends AdmissionOptions {
  /** The path of the MCP endpoint. Default: `/mcp`. */
  readonly path?: string;
  /**
   * Keeps sessions for clients of the handshake era, which then may be asked questions, subscribe and be told of
   * changes. Default: false; every request stands alone then, and any node can serve it.
   */
  readonly sessions?: boolean;
  /**
   * How requests are answered. `auto`: with one JSON object, or a stream of events as soon as there is more to
   * tell than the response. `stream`: always with a stream. Default: `auto`.
   */
  readonly answers?: "auto" | "stream";
  /** After how many ms without a response the answer becomes a stream, so that nothing gives up waiting. Default: 5,000. */
  readonly streamAfterMs?: number;
  /** How often a comment is sent on open streams, in ms; keeps proxies from closing them. Default: 15,000. */
  readonly keepAliveMs?: number;
  /** What clients are told to wait before they come back for a stream, in ms. Default: 1,000. */
  readonly retryMs?: number;
  /**
   * Whether clients of the handshake era may resume a stream whose connection broke, with `Last-Event-ID`, and
   * how much of it is kept for that. Default: true.
   */
  readonly resumable?: boolean | Partial<Resumability>;
  readonly limits?: Partial<HttpLimits>;
  /** Told of failures that no client can be blamed for. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** For tests. Default: the system's. */
  readonly clock?: Clock;
}

/** What is kept of one stream. */
export interface Resumability {
  /** How long it is kept without a further event, in ms. Default: 300,000. */
  readonly ttlMs: number;
  /** Bytes of its newest events. Default: 4 MiB. */
  readonly maxBytes: number;
}

const DEFAULT_RESUMABILITY: Resumability = { ttlMs: 300_000, maxBytes: 4 * 2 ** 20 };

/** Every name there is. */
const NAMES: Readonly<Record<keyof HttpOptions, true>> = {
  path: true,
  sessions: true,
  answers: true,
  streamAfterMs: true,
  keepAliveMs: true,
  retryMs: true,
  resumable: true,
  allowedHosts: true,
  allowedOrigins: true,
  authorize: true,
  limits: true,
  onError: true,
  clock: true,
};

type Defaulted = "path" | "sessions" | "answers" | "streamAfterMs" | "keepAliveMs" | "retryMs";

/** The options with their defaults. */
export interface HttpSettings
  extends
    Required<Pick<HttpOptions, Defaulted>>,
    Pick<HttpOptions, "allowedHosts" | "allowedOrigins" | "authorize" | "clock"> {
  readonly resumable: Resumability | undefined;
  readonly limits: HttpLimits;
  readonly onError: (error: unknown) => void;
}

/** @throws RangeError, TypeError for an option that is not what it must be */
export function httpSettings(options: HttpOptions): HttpSettings {
  checkNames("the options", options, NAMES);
  const { path = "/mcp", sessions = false, answers = "auto" } = options;
  const { streamAfterMs = 5_000, keepAliveMs = 15_000, retryMs = 1_000 } = options;
  const { resumable = true, onError = reportToConsole } = options;
  const { allowedHosts, allowedOrigins, authorize, clock } = options;
  checkBoolean("sessions", sessions);
  checkPath("path", path);
  // Says what is wrong where it is written, not only where the server is started.
  new Guard({ loopbackOnly: false, allowedHosts, allowedOrigins });
  for (const [name, value] of Object.entries({ streamAfterMs, keepAliveMs })) checkDuration(name, value);
  for (const [name, value] of Object.entries({ authorize, onError })) checkFunction(name, value);
  if (!Number.isSafeInteger(retryMs) || retryMs < 0)
    throw new RangeError(`retryMs must be a whole number of milliseconds, not ${describe(retryMs)}`);
  // A program that is not type-checked may say anything.
  if (!["auto", "stream"].includes(answers))
    throw new TypeError(`answers must be "auto" or "stream", not ${describe(answers)}`);
  return {
    path,
    sessions,
    answers,
    streamAfterMs,
    keepAliveMs,
    retryMs,
    resumable: resumability(resumable),
    limits: httpLimits(options.limits),
    onError,
    ...(allowedHosts !== undefined && { allowedHosts }),
    ...(allowedOrigins !== undefined && { allowedOrigins }),
    ...(authorize !== undefined && { authorize }),
    ...(clock !== undefined && { clock }),
  };
}

function resumability(given: boolean | Partial<Resumability>): Resumability | undefined {
  if (given === false) return undefined;
  if (given === true) return DEFAULT_RESUMABILITY;
  checkNames("resumable", given, DEFAULT_RESUMABILITY);
  const filled = withDefaults(DEFAULT_RESUMABILITY, given);
  for (const [name, value] of Object.entries(filled)) checkDuration(`resumable.${name}`, value);
  return filled;
}

function reportToConsole(error: unknown): void {
  // eslint-disable-next-line no-console -- without an onError, a failure would go unseen
  console.error(error);
}
