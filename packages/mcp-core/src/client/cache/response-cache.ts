import { BoundedMap } from "./bounded-map.js";
import type { Owner } from "./cache-key.js";

export interface ResponseCacheOptions {
  /** Results that are kept. Default: 256. */
  readonly maxEntries?: number;
  /** Bytes they may take in all, counted as two for each character of their JSON. Default: 8 MiB. */
  readonly maxBytes?: number;
}

export const DEFAULT_CACHE_ENTRIES = 256;
export const DEFAULT_CACHE_BYTES = 8 * 1024 * 1024;

/** What a result is about, and whose it is. */
export interface Subject extends Owner {
  readonly topic: string;
}

/** A result that may be kept, and for whom. */
export interface Kept extends Owner {
  readonly key: string;
  readonly json: string;
  readonly expiresAt: number;
}

interface Entry extends Subject {
  readonly json: string;
  readonly expiresAt: number;
  readonly order: number;
}

/** A result that was asked for. What makes its subject stale before it is there keeps it from being kept. */
export interface Awaited extends Subject {
  readonly order: number;
  stale: boolean;
}

/**
 * Results of servers that said how long they may be kept, for one client or for several to share. When the
 * bounds are reached, what was used least lately goes first. Make one with {@link responseCache}.
 */
export interface ResponseCache {
  /** Results that are kept, stale ones that nobody asked for since included. */
  readonly count: number;
  /** Bytes they take. */
  readonly bytes: number;
  /** Forgets everything. */
  clear(): void;
}

/**
 * Results are kept as JSON text. Every reader gets values of its own to do with as it likes, which objects
 * could only be if they were copied or frozen, and the text's length is what the bound on bytes needs.
 */
export class ResponseStore implements ResponseCache {
  readonly #entries: BoundedMap<Entry>;
  readonly #awaited = new Set<Awaited>();
  #asked = 0;
  #clients = 0;

  constructor({
    maxEntries = DEFAULT_CACHE_ENTRIES,
    maxBytes = DEFAULT_CACHE_BYTES,
  }: ResponseCacheOptions = {}) {
    this.#entries = new BoundedMap(maxEntries, maxBytes);
  }

  get count(): number {
    return this.#entries.count;
  }

  get bytes(): number {
    return this.#entries.size;
  }

  clear(): void {
    this.forget(() => true);
  }

  /** A number for a client, which no other client of this cache has. */
  newClient(): number {
    return ++this.#clients;
  }

  /** The JSON of the result, if it is still fresh at `now` (Caching, Freshness Calculation). */
  read(key: string, now: number): string | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (now < entry.expiresAt) return entry.json;
    this.#entries.delete(key);
    return undefined;
  }

  /** To be told of before a request is sent; to be ended whatever becomes of it. */
  begin(subject: Subject): Awaited {
    const awaited: Awaited = { ...subject, order: ++this.#asked, stale: false };
    this.#awaited.add(awaited);
    return awaited;
  }

  end(awaited: Awaited): void {
    this.#awaited.delete(awaited);
  }

  /**
   * Puts what came, if it may be kept, in the place of what is kept under any of `keys`; unless
   * it is stale, or the answer to a later request is there already.
   */
  replace({ topic, order, stale }: Awaited, keys: readonly string[], kept: Kept | undefined): void {
    if (stale || keys.some((key) => (this.#entries.get(key)?.order ?? 0) > order)) return;
    for (const key of keys) this.#entries.delete(key);
    if (kept === undefined) return;
    const { server, owner, key, json, expiresAt } = kept;
    const size = 2 * (json.length + key.length);
    this.#entries.set(key, { server, owner, topic, order, json, expiresAt }, size);
  }

  forget(matches: (subject: Subject) => boolean): void {
    this.#entries.deleteWhere(matches);
    for (const awaited of this.#awaited) if (matches(awaited)) awaited.stale = true;
  }
}

/**
 * A cache for several clients, or one with bounds of its own.
 * @throws RangeError when a bound is not a number of at least 0
 */
export function responseCache(options: ResponseCacheOptions = {}): ResponseCache {
  return new ResponseStore(options);
}
