import type { JsonObject } from "../../jsonrpc/messages.js";

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
}

/**
 * What may be kept, and until when (Caching, Cacheable Results; Interaction with Notifications).
 * `server/discover` is left out: it is sent to connect and to ping, where only a new answer will do.
 */
const CACHEABLE: ReadonlyMap<string, Cacheable> = new Map([
  ["tools/list", { until: "notifications/tools/list_changed" }],
  ["prompts/list", { until: "notifications/prompts/list_changed" }],
  ["resources/list", { until: "notifications/resources/list_changed" }],
  ["resources/templates/list", { until: "notifications/resources/list_changed" }],
  ["resources/read", { until: "notifications/resources/updated", of: "uri" }],
]);

/** Answers that depend on more than the cache's key belong to nobody else (Caching, Cache Key). */
const NEVER_WITH = ["inputResponses", "requestState"] as const;

/** What a result is about: a list, or one resource. `undefined` when it must not be kept. */
export function topicOf(method: string, params: JsonObject): string | undefined {
  const cacheable = CACHEABLE.get(method);
  if (cacheable === undefined || NEVER_WITH.some((name) => params[name] !== undefined)) return undefined;
  return named(method, cacheable, params);
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
