import type { JsonValue } from "../jsonrpc/messages.js";

/**
 * JSON values by id, each with a time to live, and bounded counters. Values go in and come out by
 * value: changing what was passed in or returned changes nothing here. Every method is atomic over
 * all nodes. All times are in milliseconds, greater than 0; `Infinity` means until deleted.
 *
 * Any method rejects with `InvalidArgumentError`, `StateClosedError` or `StateUnavailableError`, and
 * those that store with `LimitError`.
 */
export interface Records {
  /** The record, or `undefined`. With `ttlMs` its time to live starts anew, in the same round trip. */
  get(id: string, options?: { readonly ttlMs?: number | undefined }): Promise<StoredRecord | undefined>;

  /** Stores the record, whether or not there was one, and gives its new version. */
  set(id: string, value: JsonValue, options: WriteOptions): Promise<string>;

  /** Stores the record only if there is none of this id and every index named in `atMost` has room. */
  create(id: string, value: JsonValue, options: CreateOptions): Promise<CreateOutcome>;

  /**
   * Stores the record only if its version is still `ifVersion`, and gives the new version; `undefined`
   * if it was changed or is gone. Time to live and indexes stay as they are unless given.
   */
  replace(id: string, value: JsonValue, options: ReplaceOptions): Promise<string | undefined>;

  /** Deletes the record, with `ifVersion` only that version; `false` if there was nothing to delete. */
  delete(id: string, options?: { readonly ifVersion?: string | undefined }): Promise<boolean>;

  /** Starts the record's time to live anew with `ttlMs`; `false` if there is no such record. */
  touch(id: string, ttlMs: number): Promise<boolean>;

  /**
   * Ids of the live records under an index, in the order in which they entered it. One page holds at
   * most `limit` ids (1 to 1000, default 100); `next` is there while more follow, and goes into
   * `after`. Records that come or go between two pages may or may not be seen; the others are seen once.
   */
  list(index: string, options?: ListOptions): Promise<RecordPage>;

  /** How many live records are under an index. */
  count(index: string): Promise<number>;

  /**
   * Adds `by`, an integer, to a counter, unless the sum would exceed `max` (default: no maximum); then
   * nothing changes. A counter that does not exist is 0, a sum below 0 becomes 0, and at 0 the counter
   * is gone. A negative `by` is always accepted; 0 reads. Counters and records share no ids.
   */
  add(counter: string, by: number, options: AddOptions): Promise<AddOutcome>;
}

export interface StoredRecord {
  readonly value: JsonValue;
  /** Opaque; differs after every write, also of a record that was deleted and made anew. */
  readonly version: string;
}

export interface WriteOptions {
  readonly ttlMs: number;
  /** Names under which `list` finds the record; those of an earlier write are replaced. Default: none. */
  readonly indexes?: readonly string[] | undefined;
}

export interface CreateOptions extends WriteOptions {
  /** Refuses the record where an index already holds `count` live records. */
  readonly atMost?: readonly IndexCap[] | undefined;
}

export interface IndexCap {
  readonly index: string;
  readonly count: number;
}

export type CreateOutcome =
  | { readonly outcome: "created"; readonly version: string }
  | { readonly outcome: "exists" }
  | { readonly outcome: "full"; readonly index: string };

export interface ReplaceOptions {
  readonly ifVersion: string;
  readonly ttlMs?: number | undefined;
  readonly indexes?: readonly string[] | undefined;
}

export interface ListOptions {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

export interface RecordPage {
  readonly ids: readonly string[];
  readonly next?: string;
}

export interface AddOptions {
  /** Counts from the add that brought the counter into being, or from each accepted add with `renew`. */
  readonly ttlMs: number;
  readonly renew?: boolean | undefined;
  readonly max?: number | undefined;
}

export interface AddOutcome {
  readonly accepted: boolean;
  /** The counter after the add, or as it stands if the add was refused. */
  readonly value: number;
}
