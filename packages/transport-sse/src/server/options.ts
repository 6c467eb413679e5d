import { Guard } from "@towpath/mcp-core/http";
import type { AdmissionOptions } from "@towpath/mcp-core/http-server";
import {
  checkDuration,
  checkFunction,
  checkNames,
  checkPath,
  describe,
  systemClock,
  type Clock,
} from "@towpath/mcp-core/transport";
import { sseLimits, type SseLimits } from "./limits.js";

/** What one endpoint does, however requests come to it. */
export interface SseOptions extends AdmissionOptions {
  /** The path that sessions are opened at, with a GET. Default: `/sse`. */
  readonly path?: string;
  /** The path that messages are posted to. Clients are told, relative to `path`. Default: `/messages`. */
  readonly messagePath?: string;
  /** How often a comment is sent on every stream, in ms; keeps proxies from closing them. Default: 15,000. */
  readonly keepAliveMs?: number;
  readonly limits?: Partial<SseLimits>;
  /** Told of failures that no client can be blamed for. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** For tests. Default: the system's. */
  readonly clock?: Clock;
}

/** Every name there is. */
const NAMES: Readonly<Record<keyof SseOptions, true>> = {
  path: true,
  messagePath: true,
  keepAliveMs: true,
  allowedHosts: true,
  allowedOrigins: true,
  authorize: true,
  limits: true,
  onError: true,
  clock: true,
};

/** The options with their defaults. */
export interface SseSettings
  extends
    Required<Omit<SseOptions, keyof AdmissionOptions | "limits">>,
    Pick<SseOptions, keyof AdmissionOptions> {
  readonly limits: SseLimits;
}

/** @throws RangeError, TypeError for an option that is not what it must be */
export function sseSettings(options: SseOptions): SseSettings {
  checkNames("the options", options, NAMES);
  const { path = "/sse", messagePath = "/messages", keepAliveMs = 15_000 } = options;
  const { onError = reportToConsole, clock = systemClock } = options;
  const { allowedHosts, allowedOrigins, authorize } = options;
  checkEndpoint("path", path);
  checkEndpoint("messagePath", messagePath);
  if (path === messagePath)
    throw new TypeError(
      `path and messagePath must differ, and both are ${path}: clients of Streamable HTTP would be lost`,
    );
  checkDuration("keepAliveMs", keepAliveMs);
  for (const [name, value] of Object.entries({ authorize, onError })) checkFunction(name, value);
  // Says what is wrong where it is written, not only where the server is started.
  new Guard({ loopbackOnly: false, allowedHosts, allowedOrigins });
  return {
    path,
    messagePath,
    keepAliveMs,
    onError,
    clock,
    limits: sseLimits(options.limits),
    ...(allowedHosts !== undefined && { allowedHosts }),
    ...(allowedOrigins !== undefined && { allowedOrigins }),
    ...(authorize !== undefined && { authorize }),
  };
}

/** A program that is not type-checked may say `false`, as for paths that need not be. */
function checkEndpoint(name: string, path: unknown): void {
  if (typeof path !== "string")
    throw new TypeError(`${name} must be a path that begins with a slash, not ${describe(path)}`);
  checkPath(name, path);
}

function reportToConsole(error: unknown): void {
  // eslint-disable-next-line no-console -- without an onError, a failure would go unseen
  console.error(error);
}
