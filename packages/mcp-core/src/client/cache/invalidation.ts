import { RESOURCE_UPDATED } from "../../protocol/notifications.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { PROMPTS, RESOURCE_TEMPLATES, RESOURCES, TOOLS } from "../lists.js";
import { readResource } from "../results.js";

/** What is read of a notification. */
export interface Heard {
  readonly method: string;
  readonly params?: JsonObject;
}

interface Cacheable {
  /** The notification after which a result is no longer true. */
  readonly until: string;
  /** The param that the notification has to share with the request. Absent: it is about every such result. */
  readonly of?: string;
  /** @throws InvalidResultError */
  readonly read: (result: JsonObject) => unknown;
}

/**
 * What may be kept, and until when (Caching, Cacheable Results; Interaction with Notifications).
 * `server/discover` is left out: it is sent to connect and to ping, where only a new answer will do.
 */
const CACHEABLE: ReadonlyMap<string, Cacheable> = new Map([
  [TOOLS.method, { until: "notifications/tools/list_changed", read: TOOLS.itemsOf }],
  [PROMPTS.method, { until: "notifications/prompts/list_changed", read: PROMPTS.itemsOf }],
  [RESOURCES.method, { until: "notifications/resources/list_changed", read: RESOURCES.itemsOf }],
  [
    RESOURCE_TEMPLATES.method,
    { until: "notifications/resources/list_changed", read: RESOURCE_TEMPLATES.itemsOf },
  ],
  ["resources/read", { until: RESOURCE_UPDATED, of: "uri", read: readResource }],
]);

/** Answers that depend on more than the cache's key belong to nobody else (Caching, Cache Key). */
const NEVER_WITH = ["inputResponses", "requestState"] as const;

/** What a result is about: a list, or one resource. `undefined` when it must not be kept. */
export function topicOf(method: string, params: JsonObject): string | undefined {
  const cacheable = CACHEABLE.get(method);
  if (cacheable === undefined || NEVER_WITH.some((name) => params[name] !== undefined)) return undefined;
  return named(method, cacheable, params);
}

/** Whether a result is what its method is answered with: one that is not would fail every call it is served to. */
export function isReadable(method: string, result: JsonObject): boolean {
  try {
    CACHEABLE.get(method)?.read(result);
    return true;
  } catch {
    return false;
  }
}

/** What a notification makes stale. */
export function staleTopics({ method, params = {} }: Heard): readonly string[] {
  return [...CACHEABLE]
    .filter(([, { until }]) => until === method)
    .map(([kept, cacheable]) => named(kept, cacheable, params))
    .filter((topic) => topic !== undefined);
}

function named(method: string, { of }: Cacheable, params: JsonObject): string | undefined {
  if (of === undefined) return method;
  const subject = params[of];
  return typeof subject === "string" ? `${method} ${subject}` : undefined;
}
