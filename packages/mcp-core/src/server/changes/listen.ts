import type { JsonObject, JsonRpcNotification, JsonValue } from "../../jsonrpc/messages.js";
import { isStrings } from "../completions/completer.js";
import { objectField } from "../../protocol/fields.js";
import { Meta } from "../../protocol/meta.js";
import { fireAndForget, isPromise, unwatched, type MaybePromise } from "../../protocol/promises.js";
import type { Change, Changes } from "./changes.js";
import type { RequestContext } from "../request-context.js";
import type { DeclaredTo, ListenFilter, MethodResult, OpenFilter, Told } from "../../extension/server.js";
import { Hearing } from "./hearing.js";
import { NotificationQueue } from "./notification-queue.js";

const AS_IT_IS: Told = {};

const listChanges = (list: string): OfferedFilter => ({
  capability: list,
  notification: `notifications/${list}/list_changed`,
  open: (asked) => (asked === true ? { honoured: true, lets: () => true } : undefined),
});

/** A filter, and the server capability without which it is not honoured. */
export interface OfferedFilter extends ListenFilter {
  readonly capability?: string;
}

/** The filters for changes of the core protocol's lists (Subscriptions, Notification Filter). */
export const LIST_FILTERS: Readonly<Record<string, OfferedFilter>> = {
  toolsListChanged: listChanges("tools"),
  promptsListChanged: listChanges("prompts"),
  resourcesListChanged: listChanges("resources"),
};

interface Accepted extends OpenFilter {
  readonly notification: string;
}

/** A filter that was asked for. */
interface Opening {
  readonly name: string;
  readonly filter: ListenFilter;
  readonly open: MaybePromise<OpenFilter | undefined>;
}

/** What was accepted of a filter, by name, and what tells of it. */
interface Opened {
  readonly acknowledged: JsonObject;
  readonly accepted: readonly Accepted[];
}

type FilterFor = (name: string, to: DeclaredTo) => ListenFilter | undefined;

/**
 * The open subscriptions of a server. Each acknowledges first, then delivers what its filter lets
 * through, until the client cancels it or the server ends it (Subscriptions).
 */
export class Subscriptions {
  readonly #changes: Changes;
  readonly #filterFor: FilterFor;
  readonly #maxResources: number;

  /** @param maxResources that one subscription may watch */
  constructor(changes: Changes, filterFor: FilterFor, maxResources: number) {
    this.#changes = changes;
    this.#filterFor = filterFor;
    this.#maxResources = maxResources;
  }

  /** `subscriptions/listen`. */
  async listen(params: JsonObject, ctx: RequestContext): Promise<MethodResult> {
    const asked = objectField(params, "notifications");
    await this.#changes.start();
    // Heard from before the filters are open on: no change falls between what they found and the acknowledgement.
    const hearing = new Hearing(this.#changes, this.#channelsOf(asked, ctx));
    try {
      await hearing.begun;
      const opened = this.#open(asked, ctx);
      const { accepted, acknowledged } = isPromise(opened) ? await opened : opened;
      try {
        await this.#serve({ accepted, acknowledged }, hearing, ctx);
      } finally {
        for (const { closed } of accepted) closed?.();
      }
    } finally {
      hearing.stop();
    }
    this.#announceEnd(ctx);
    return { _meta: { [Meta.subscriptionId]: ctx.requestId } };
  }

  async #serve({ acknowledged, accepted }: Opened, hearing: Hearing, ctx: RequestContext): Promise<void> {
    const queue = new NotificationQueue((message) => ctx.exchange.send(message), this.#maxResources);
    const numbered = { [Meta.subscriptionId]: ctx.requestId };
    const notify = (method: string, about: JsonObject | undefined, told: Told = AS_IT_IS): void => {
      const make = (said: JsonObject | undefined): JsonRpcNotification => ({
        jsonrpc: "2.0",
        method,
        params: { ...said, _meta: { ...metaOf(said), ...numbered } },
      });
      queue.add(JSON.stringify([method, about]), () =>
        told.render === undefined
          ? make(about)
          : this.#changes.rendered(about, told).then((said) => said && make(said)),
      );
    };
    try {
      if (!ctx.cancelled) notify("notifications/subscriptions/acknowledged", { notifications: acknowledged });
      hearing.begin({
        heard: (change) => {
          const filter = accepted.find((one) => lets(one, change));
          if (filter !== undefined) notify(change.method, change.params, filter);
        },
        watched: () => stringsIn(acknowledged["resourceSubscriptions"]),
        missed: () => {
          for (const filter of accepted)
            for (const about of filter.missed?.() ?? []) notify(filter.notification, about, filter);
        },
      });
      await ctx.untilEnded();
    } finally {
      queue.close();
    }
  }

  #channelsOf(asked: JsonObject, { client, principal }: RequestContext): readonly string[] {
    const to: DeclaredTo = { revision: client.revision, principal };
    const channels = Object.entries(asked).flatMap(([name, value]) =>
      value === undefined ? [] : (this.#filterFor(name, to)?.channels?.(value) ?? []),
    );
    return [...new Set(channels)];
  }

  #open(asked: JsonObject, ctx: RequestContext): MaybePromise<Opened> {
    const to: DeclaredTo = { revision: ctx.client.revision, principal: ctx.principal };
    const opening: Opening[] = [];
    const refused = (error: unknown): never => {
      for (const { open } of opening) fireAndForget(async () => (await open)?.closed?.());
      throw error;
    };
    try {
      for (const [name, value] of Object.entries(asked)) {
        const filter = value === undefined ? undefined : this.#filterFor(name, to);
        if (filter === undefined || value === undefined) continue;
        const open = filter.open(value, ctx);
        opening.push({ name, filter, open: isPromise(open) ? unwatched(open) : open });
      }
    } catch (error) {
      refused(error);
    }
    const opened = opening.map(({ open }) => open);
    const finish = (filters: readonly (OpenFilter | undefined)[]): Opened => {
      const honoured = opening.flatMap(({ name, filter }, at) => {
        const open = filters[at];
        return open === undefined ? [] : [{ name, accepted: { ...open, notification: filter.notification } }];
      });
      return {
        acknowledged: Object.fromEntries(honoured.map(({ name, accepted }) => [name, accepted.honoured])),
        accepted: honoured.map(({ accepted }) => accepted),
      };
    };
    const waits = opened.some((open) => open !== undefined && isPromise(open));
    // eslint-disable-next-line @typescript-eslint/await-thenable -- some are promises, and some are not
    return waits ? Promise.all(opened).then(finish, refused) : finish(opened as (OpenFilter | undefined)[]); // none is a promise
  }

  /** A cancellation goes before the result (Cancellation). */
  #announceEnd(ctx: RequestContext): void {
    if (ctx.cancelled) return;
    const params = { requestId: ctx.requestId, reason: "The server ended the subscription" };
    fireAndForget(() => ctx.exchange.send({ jsonrpc: "2.0", method: "notifications/cancelled", params }));
  }
}

function lets(filter: Accepted, { method, params }: Change): boolean {
  return filter.notification === method && filter.lets(params);
}

function stringsIn(value: JsonValue | undefined): readonly string[] {
  return isStrings(value) ? value : [];
}

function metaOf(params: JsonObject | undefined): JsonObject | undefined {
  return params?.["_meta"] as JsonObject | undefined; // ours: a change is announced with an object or nothing
}
