import { Services, type HealthPaths } from "@towpath/mcp-core/http-server";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { SseEndpoint } from "./endpoint.js";
import { sseSettings, type SseOptions } from "./options.js";

/** What a handler for a server of somebody else's does. */
export interface HandlerOptions extends SseOptions, HealthPaths {}

/** @throws RangeError, TypeError for an option that is not what it must be */
export function servicesOf(
  mcp: Dispatcher,
  { health = false, ready = false, ...own }: HandlerOptions,
): Services {
  return new Services([new SseEndpoint(mcp, sseSettings(own), false)], { health, ready });
}
