import { Services, type HealthPaths } from "@towpath/mcp-core/http-server";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { Endpoint } from "./endpoint.js";
import { httpSettings, type HttpOptions } from "./options.js";

/** What a handler for a server of somebody else's does. */
export interface HandlerOptions extends HttpOptions, HealthPaths {}

/** @throws RangeError, TypeError for an option that is not what it must be */
export function servicesOf(
  mcp: Dispatcher,
  { health = false, ready = false, ...own }: HandlerOptions,
): Services {
  return new Services([new Endpoint(mcp, httpSettings(own), false)], { health, ready });
}
