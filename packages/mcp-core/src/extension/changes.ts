import type { CloseReason } from "../contract/index.js";
import type { JsonObject } from "../jsonrpc/messages.js";

/**
 * What to be told of (Subscriptions, Notification Filter). Filters of extensions have names of their own, which
 * the client has to know (`ClientExtension.listenFilters`); their type is `ChangeFilter & { … }`.
 */
export interface ChangeFilter {
  readonly toolsListChanged?: boolean;
  readonly promptsListChanged?: boolean;
  readonly resourcesListChanged?: boolean;
  /** URIs. */
  readonly resourceSubscriptions?: readonly string[];
}

/** A filter with those of extensions, by their names. */
export type ExtendedFilter = ChangeFilter & JsonObject;

/**
 * Something changed, and is to be read anew if it matters: `notifications/tools/list_changed` and the like,
 * or `notifications/resources/updated` with the `uri` of the resource, or of a part of it, in `params`.
 */
export interface Change {
  readonly method: string;
  readonly params: JsonObject;
}

export interface ListenOptions {
  /** How long the server may take to acknowledge, in ms. Default: the client's `timeoutMs`. */
  readonly timeoutMs?: number;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}

export interface ChangeSubscription {
  /** What the server agreed to tell of; it may be less than was asked for. */
  readonly filter: ExtendedFilter;
  /**
   * Settles when there will be no more changes: `closed` when it was ended here, `lost` with an `error` that
   * says why when it was not. Never rejects.
   */
  readonly closed: Promise<CloseReason>;
  /** Ends the subscription. Settles when the server has been told. */
  close(): Promise<void>;
}

/**
 * A subscription whose changes are iterated over. The iteration ends with the subscription, and leaving it
 * ends the subscription.
 */
export interface Changes extends ChangeSubscription, AsyncIterable<Change, void, undefined> {}
