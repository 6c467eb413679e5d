import type { HttpRequestHead } from "@towpath/mcp-core/http";
import {
  describe,
  withDefaults,
  type Clock,
  type MaybePromise,
  type Principal,
  checkBoolean,
  checkDuration,
  checkFunction,
  checkNames,
  checkPath,
} from "@towpath/mcp-core/transport";
import { httpLimits, type HttpLimits } from "./limits.js";

/** What one endpoint does, however requests come to it. */
export interface HttpOptions {
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
  /** Values of `Host` that are served, with or without a port. Default: on loopback its names, else any. */
  readonly allowedHosts?: readonly string[];
  /** Origins that browsers may call from, as in `https://example.com`. Default: on loopback its own, else none. */
  readonly allowedOrigins?: readonly string[];
  /**
   * Says who is calling; nobody: 401. May throw an {@link AuthorizationError}. Not asked for `health`, `ready`
   * and preflight requests. Default: everybody is served, as nobody in particular.
   */
  readonly authorize?: (request: HttpRequestHead) => MaybePromise<Principal | null | undefined>;
  /** Path that answers 200 as long as the process does. Default: `/health` where it listens itself, else none. */
  readonly health?: string | false;
  /** Path that answers 200 as long as new work is taken, else 503. Default: `/ready` where it listens itself, else none. */
  readonly ready?: string | false;
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
  health: true,
  ready: true,
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
  readonly health: string | undefined;
  readonly ready: string | undefined;
  readonly limits: HttpLimits;
  readonly onError: (error: unknown) => void;
}

/** @throws RangeError, TypeError for an option that is not what it must be */
export function httpSettings(options: HttpOptions): HttpSettings {
  checkNames("the options", options, NAMES);
  const { path = "/mcp", sessions = false, answers = "auto" } = options;
  const { streamAfterMs = 5_000, keepAliveMs = 15_000, retryMs = 1_000 } = options;
  const { resumable = true, health = false, ready = false, onError = reportToConsole } = options;
  const { allowedHosts, allowedOrigins, authorize, clock } = options;
  checkBoolean("sessions", sessions);
  for (const [name, value] of Object.entries({ path, health, ready })) checkPath(name, value);
  const paths = [path, health, ready].filter((one) => one !== false);
  if (new Set(paths).size < paths.length)
    throw new TypeError(`path, health and ready must differ, not be ${paths.join(", ")}`);
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
    health: health === false ? undefined : health,
    ready: ready === false ? undefined : ready,
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
