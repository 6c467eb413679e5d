import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonRpcNotification, JsonValue } from "../../jsonrpc/messages.js";
import type { ServerCapabilities } from "../../protocol/types.js";
import { Meta } from "../../protocol/meta.js";
import { RESOURCE_UPDATED } from "../../protocol/notifications.js";
import { covers } from "../covers.js";
import type { Change, ChangeFilter, ExtendedFilter } from "./types.js";

/** A filter for the changes of a list: what tells of them, and whether a server of the handshake era will. */
interface ListFilter {
  readonly method: string;
  readonly told: (capabilities: ServerCapabilities) => boolean;
}

type ListName = "toolsListChanged" | "promptsListChanged" | "resourcesListChanged";

const LIST_FILTERS: readonly (readonly [ListName, ListFilter])[] = (
  ["tools", "prompts", "resources"] as const
).map((list) => [
  `${list}ListChanged`,
  {
    method: `notifications/${list}/list_changed`,
    told: (capabilities) => capabilities[list]?.listChanged === true,
  },
]);

/**
 * The same filter.
 * @param ofExtensions the names of further ones
 * @throws TypeError for what is no filter
 */
export function checkFilter(filter: ChangeFilter, ofExtensions: readonly string[]): ExtendedFilter {
  const given: unknown = filter;
  if (!isObject(given)) throw new TypeError("listen needs an object that says what to be told of");
  const lists = LIST_FILTERS.map(([name]) => name);
  const known: readonly string[] = [...lists, "resourceSubscriptions", ...ofExtensions];
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new TypeError(
      `listen knows no filter ${describe(unknown)}, only ${known.join(", ")}; extensions name theirs in listenFilters`,
    );
  const odd = lists.find((name) => given[name] !== undefined && typeof given[name] !== "boolean");
  if (odd !== undefined) throw new TypeError(`${odd} must be true or false, not ${describe(given[odd])}`);
  const { resourceSubscriptions: uris } = given;
  const fits = uris === undefined || (Array.isArray(uris) && uris.every((uri) => typeof uri === "string"));
  if (!fits) throw new TypeError("resourceSubscriptions must be a list of URIs");
  return given;
}

/** The part of a filter that a server of the handshake era honours, as it declared. */
export function honouredBy(capabilities: ServerCapabilities, filter: ExtendedFilter): ExtendedFilter {
  const lists = LIST_FILTERS.filter(([name, { told }]) => filter[name] === true && told(capabilities));
  const uris = capabilities.resources?.subscribe === true ? urisOf(filter) : [];
  return {
    ...Object.fromEntries(lists.map(([name]) => [name, true])),
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
  };
}

/** The part of an acknowledged filter that was asked for. */
export function acknowledgedOf(asked: ExtendedFilter, acknowledged: JsonObject): ExtendedFilter {
  const entries = Object.entries(acknowledged).filter(([name]) => Object.hasOwn(asked, name));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name === "resourceSubscriptions" ? strings(value) : value]),
  );
}

/** Each URI once. */
export function urisOf({ resourceSubscriptions }: ExtendedFilter): readonly string[] {
  return [...new Set(strings(resourceSubscriptions))];
}

/** Whether a filter lets a change through that a server of the handshake era tells of. */
export function lets(filter: ExtendedFilter, { method, params }: Change): boolean {
  if (method !== RESOURCE_UPDATED)
    return LIST_FILTERS.some(([name, list]) => list.method === method && filter[name] === true);
  const { uri } = params;
  return typeof uri === "string" && urisOf(filter).some((subscribed) => covers(subscribed, uri));
}

/** One change for everything a filter lets through: what may have been missed. */
export function everythingOf(filter: ExtendedFilter): readonly Change[] {
  const lists = LIST_FILTERS.filter(([name]) => filter[name] === true);
  return [
    ...lists.map(([, { method }]) => ({ method, params: {} })),
    ...urisOf(filter).map((uri) => ({ method: RESOURCE_UPDATED, params: { uri } })),
  ];
}

/** A notification as its subscriber sees it, without the number of the subscription. */
export function changeOf({ method, params = {} }: JsonRpcNotification): Change {
  const { _meta, ...rest } = params;
  const { [Meta.subscriptionId]: _, ...meta } = isObject(_meta) ? _meta : {};
  return { method, params: Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest };
}

function strings(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
