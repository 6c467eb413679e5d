import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { isStrings } from "../completions/completer.js";
import { objectField } from "../../protocol/fields.js";
import { Meta } from "../../protocol/meta.js";
import { fireAndForget } from "../../protocol/promises.js";
import type { Change, Changes } from "./changes.js";
import type { RequestContext } from "../request-context.js";
import type { ListenFilter, MethodResult, OpenFilter } from "../extension.js";
import { NotificationQueue } from "./notification-queue.js";

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

interface Accepted {
  readonly notification: string;
  readonly lets: OpenFilter["lets"];
}

/**
 * The open subscriptions of a server. Each acknowledges first, then delivers what its filter lets
 * through, until the client cancels it or the server ends it (Subscriptions).
 */
export class Subscriptions {
  readonly #changes: Changes;
  readonly #filterFor: (name: string) => ListenFilter | undefined;
  readonly #maxResources: number;

  /** @param maxResources that one subscription may watch */
  constructor(changes: Changes, filterFor: (name: string) => ListenFilter | undefined, maxResources: number) {
    this.#changes = changes;
    this.#filterFor = filterFor;
    this.#maxResources = maxResources;
  }

  /** `subscriptions/listen`. */
  async listen(params: JsonObject, ctx: RequestContext): Promise<MethodResult> {
    const { acknowledged, accepted } = this.#open(objectField(params, "notifications"), ctx);
    await this.#changes.start();
    const queue = new NotificationQueue((message) => ctx.exchange.send(message), this.#maxResources);
    const notify = (method: string, about: JsonObject | undefined): void => {
      const _meta = { ...metaOf(about), [Meta.subscriptionId]: ctx.requestId };
      queue.add(JSON.stringify([method, about]), { jsonrpc: "2.0", method, params: { ...about, _meta } });
    };
    // Heard from before the acknowledgement on, and queued behind it: no change falls between the two.
    const stopHearing = this.#changes.hear(
      (change) => {
        if (lets(accepted, change)) notify(change.method, change.params);
      },
      () => stringsIn(acknowledged["resourceSubscriptions"]),
    );
    try {
      if (!ctx.cancelled) notify("notifications/subscriptions/acknowledged", { notifications: acknowledged });
      await ctx.untilEnded();
    } finally {
      stopHearing();
      queue.clear();
    }
    this.#announceEnd(ctx);
    return { _meta: { [Meta.subscriptionId]: ctx.requestId } };
  }

  #open(asked: JsonObject, ctx: RequestContext): { acknowledged: JsonObject; accepted: readonly Accepted[] } {
    const accepted: Accepted[] = [];
    const acknowledged = Object.entries(asked).flatMap(([name, value]) => {
      const filter = this.#filterFor(name);
      const opened = value === undefined ? undefined : filter?.open(value, ctx);
      if (filter === undefined || opened === undefined) return [];
      accepted.push({ notification: filter.notification, lets: opened.lets });
      return [[name, opened.honoured] as const];
    });
    return { acknowledged: Object.fromEntries(acknowledged), accepted };
  }

  /** A cancellation goes before the result (Cancellation). */
  #announceEnd(ctx: RequestContext): void {
    if (ctx.cancelled) return;
    const params = { requestId: ctx.requestId, reason: "The server ended the subscription" };
    fireAndForget(() => ctx.exchange.send({ jsonrpc: "2.0", method: "notifications/cancelled", params }));
  }
}

function lets(accepted: readonly Accepted[], { method, params }: Change): boolean {
  return accepted.some((filter) => filter.notification === method && filter.lets(params));
}

function stringsIn(value: JsonValue | undefined): readonly string[] {
  return isStrings(value) ? value : [];
}

function metaOf(params: JsonObject | undefined): JsonObject | undefined {
  return params?.["_meta"] as JsonObject | undefined; // ours: a change is announced with an object or nothing
}
