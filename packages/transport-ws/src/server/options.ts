import { reportToConsole } from "@towpath/mcp-core/http-node";
import type { AdmissionOptions } from "@towpath/mcp-core/http-server";
import {
  checkDuration,
  checkFunction,
  checkNames,
  checkPath,
  systemClock,
  type Clock,
  type MaybePromise,
  type Principal,
} from "@towpath/mcp-core/transport";
import { webSocketLimits, type WebSocketLimits } from "./limits.js";
import type { UpgradeRequest } from "./upgrade-request.js";

/** What one endpoint does, however connections come to it. */
export interface WebSocketOptions extends Omit<AdmissionOptions, "authorize"> {
  /** The path that WebSockets are opened at. Default: `/ws`. */
  readonly path?: string;
  /**
   * Says who is calling, once for each connection; nobody: 401. May throw an `AuthorizationError`. Default: everybody
   * is served, as nobody in particular.
   */
  readonly authorize?: (request: UpgradeRequest) => MaybePromise<Principal | null | undefined>;
  /**
   * How often a client is pinged, in ms; one from which nothing came in two periods is cut off. Also keeps proxies from
   * closing what is idle. `Infinity`: never. Default: 30,000.
   */
  readonly pingMs?: number;
  readonly limits?: Partial<WebSocketLimits>;
  /** Told of failures that no client can be blamed for. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** For tests. Default: the system's. */
  readonly clock?: Clock;
}

const NAMES: Readonly<Record<keyof WebSocketOptions, true>> = {
  path: true,
  allowedHosts: true,
  allowedOrigins: true,
  authorize: true,
  pingMs: true,
  limits: true,
  onError: true,
  clock: true,
};

type Optional = "allowedHosts" | "allowedOrigins" | "authorize" | "limits";

/** The options with their defaults. */
export interface WebSocketSettings
  extends
    Required<Omit<WebSocketOptions, Optional>>,
    Pick<WebSocketOptions, "allowedHosts" | "allowedOrigins" | "authorize"> {
  readonly limits: WebSocketLimits;
}

/** @throws RangeError, TypeError for an option that is not what it must be */
export function webSocketSettings(options: WebSocketOptions): WebSocketSettings {
  checkNames("the options", options, NAMES);
  const { path = "/ws", pingMs = 30_000, onError = reportToConsole, clock = systemClock } = options;
  const { allowedHosts, allowedOrigins, authorize } = options;
  checkPath("path", path);
  checkDuration("pingMs", pingMs);
  for (const [name, value] of Object.entries({ authorize, onError })) checkFunction(name, value);
  return {
    path,
    pingMs,
    onError,
    clock,
    limits: webSocketLimits(options.limits),
    ...(allowedHosts !== undefined && { allowedHosts }),
    ...(allowedOrigins !== undefined && { allowedOrigins }),
    ...(authorize !== undefined && { authorize }),
  };
}
