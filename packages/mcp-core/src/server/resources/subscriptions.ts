import { InvalidParamsError, MethodNotFoundError } from "../../jsonrpc/errors.js";
import { describe } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { BusyError } from "../../protocol/errors.js";
import { afterwards, type MaybePromise } from "../../protocol/promises.js";
import { RESOURCE_UPDATED } from "../../protocol/notifications.js";
import type { Handshake } from "../../protocol/handshake.js";
import { MAX_URI_LENGTH } from "../../uri-template/subject.js";
import type { OfferedFilter } from "../changes/listen.js";
import { isStrings } from "../completions/completer.js";
import type { Viewer } from "../registry.js";
import type { RequestContext } from "../request-context.js";
import { sessionlessError } from "../sessionless-error.js";
import type { Resources } from "./resources.js";
import { isUri, uriParam } from "./uri.js";

const NOTHING: JsonObject = {};

/** Characters of each of as many URIs as a client may subscribe to; one may be longer where others are shorter. */
const KEPT_PER_URI = 256;

/**
 * `resourceSubscriptions` of `subscriptions/listen` (Subscriptions, Notification Filter): honoured are the
 * URIs of resources that the caller may see.
 */
export function updatesFilter(resources: Resources, limit: number): OfferedFilter {
  return {
    capability: "resources",
    notification: RESOURCE_UPDATED,
    open: (asked, ctx) => {
      if (!isStrings(asked)) {
        throw new InvalidParamsError(
          `Invalid params: params.notifications.resourceSubscriptions must be an array of strings, not ${describe(asked)}`,
        );
      }
      const uris = new Set(asked);
      checkLimit(uris.size, limit);
      const honoured = [...uris].filter((uri) => isUri(uri) && resources.find(uri, ctx) !== undefined);
      const watched = new Set(honoured);
      return { honoured, lets: (params) => isWatched(resources, watched, params, ctx) };
    },
  };
}

/** Whether the update of a resource is for a subscriber, who may not see what could be seen before. */
export function isWatched(
  resources: Resources,
  watched: ReadonlySet<string>,
  params: JsonObject | undefined,
  viewer: Viewer,
): boolean {
  const uri = params?.["uri"];
  return typeof uri === "string" && watched.has(uri) && resources.find(uri, viewer) !== undefined;
}

/** `resources/subscribe`, of the handshake era (2025-11-25, Resources, Subscriptions). */
export function subscribe(
  resources: Resources,
  limit: number,
  params: JsonObject,
  ctx: RequestContext,
): MaybePromise<JsonObject> {
  const handshake = subscriber(ctx);
  const uri = uriParam(params);
  resources.require(uri, ctx);
  const uris = new Set(handshake.subscriptions).add(uri);
  checkLimit(uris.size, limit);
  checkLength(uris, limit);
  return afterwards(ctx.link.introduce({ ...handshake, subscriptions: [...uris] }), NOTHING);
}

/** `resources/unsubscribe`, of the handshake era: what was not subscribed to is no error. */
export function unsubscribe(params: JsonObject, ctx: RequestContext): MaybePromise<JsonObject> {
  const { subscriptions = [], ...handshake } = subscriber(ctx);
  const uri = uriParam(params);
  const left = subscriptions.filter((one) => one !== uri);
  return afterwards(ctx.link.introduce({ ...handshake, subscriptions: left }), NOTHING);
}

function subscriber({ link, method }: RequestContext): Handshake {
  if (link.handshake === undefined) throw sessionlessError("a subscription", link.peer);
  if (link.peer.push !== undefined) return link.handshake;
  throw new MethodNotFoundError(`Method not found: ${method}; nothing brings notifications to this client`);
}

function checkLimit(count: number, limit: number): void {
  if (count > limit)
    throw new BusyError(`At most ${String(limit)} resources can be subscribed to, not ${String(count)}`);
}

/** They are kept with the session. Of URIs, characters are bytes. */
function checkLength(uris: ReadonlySet<string>, limit: number): void {
  const most = Math.max(MAX_URI_LENGTH, limit * KEPT_PER_URI);
  let length = 0;
  for (const uri of uris) length += uri.length;
  if (length > most)
    throw new BusyError(
      `The URIs that one client subscribes to may have ${String(most)} characters together, not ${String(length)}`,
    );
}
