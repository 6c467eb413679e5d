import type { CacheMode } from "../../extension/call-options.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Clock } from "../../protocol/clock.js";
import { cacheKey, type Owner } from "./cache-key.js";
import { covers } from "../covers.js";
import { isReadable, staleTopics, topicOf, type Heard } from "./invalidation.js";
import { ResponseStore, type ResponseCache } from "./response-cache.js";

/** Clients that share `store` share the public results of the same `server`, and private ones of the same `principal`. */
export interface SharedCache {
  readonly store: ResponseCache;
  /** Names the server: the same name for the same server, and for no other. */
  readonly server: string;
  /** Whose credentials the client uses. Absent: private results are kept for this client alone. */
  readonly principal?: string;
}

interface Use {
  readonly cache?: CacheMode;
  readonly signal?: AbortSignal;
}

/** What one client keeps of its server's results, as that allows (Caching). */
export class ClientCache {
  readonly #store: ResponseStore | undefined;
  readonly #clock: Clock;
  readonly #everyone: Owner;
  readonly #us: Owner;
  readonly #isShared: boolean;
  /** Results that did not come from the server. */
  readonly #served = new WeakSet<JsonObject>();
  #connection: object | undefined;

  /** @throws TypeError for a store that `responseCache` did not make */
  constructor(clock: Clock, given: false | ResponseCache | SharedCache = new ResponseStore()) {
    const shared = given !== false && "store" in given ? given : undefined;
    this.#store = given === false ? undefined : storeOf(shared?.store ?? (given as ResponseCache)); // if not shared
    this.#clock = clock;
    const client = this.#store?.newClient() ?? 0;
    const server = shared?.server ?? client;
    this.#everyone = { server, owner: undefined };
    this.#us = { server, owner: shared?.principal ?? client };
    this.#isShared = shared?.principal !== undefined;
  }

  /** The result that is kept, or else the one that `send` gets, which is kept if the server allows it. */
  through(
    method: string,
    params: JsonObject,
    { cache = "default", signal }: Use,
    send: () => Promise<JsonObject>,
  ): Promise<JsonObject> {
    const store = this.#store;
    const topic = store === undefined || cache === "no-store" ? undefined : topicOf(method, params);
    if (store === undefined || topic === undefined) return send();
    if (cache === "default" && signal?.aborted !== true) {
      const kept = this.#kept(store, method, params);
      if (kept !== undefined) return Promise.resolve(kept);
    }
    return this.#fetch(store, topic, method, params, send);
  }

  /** Whether a result was served from here. */
  served(result: JsonObject): boolean {
    return this.#served.has(result);
  }

  /** Forgets what a notification makes stale, and says what that is. */
  invalidate(notification: Heard): readonly string[] {
    const topics = staleTopics(notification);
    if (topics.length > 0) this.#forget((topic) => topics.some((stale) => covers(topic, stale)));
    return topics;
  }

  /** Forgets the pages of a list. */
  discard(method: string): void {
    this.#forget((topic) => topic === method);
  }

  /**
   * To be told of the connection that is used. While there was none, notifications were missed, and the
   * next server process may be another one: with a further connection everything is forgotten.
   * @returns whether it is a further one
   */
  connected(connection: object): boolean {
    const isFurther = this.#connection !== undefined && this.#connection !== connection;
    if (isFurther) this.#forget(() => true);
    this.#connection = connection;
    return isFurther;
  }

  /** Forgets what no other client may have. */
  close(): void {
    const { server, owner } = this.#us;
    if (this.#isShared) return;
    this.#store?.forget((subject) => subject.server === server && subject.owner === owner);
  }

  #kept(store: ResponseStore, method: string, params: JsonObject): JsonObject | undefined {
    const now = this.#clock.now();
    const [json] = this.#keys(method, params).flatMap((key) => store.read(key, now) ?? []);
    if (json === undefined) return undefined;
    const result = JSON.parse(json) as JsonObject; // the text of a result, as it was kept
    this.#served.add(result);
    return result;
  }

  async #fetch(
    store: ResponseStore,
    topic: string,
    method: string,
    params: JsonObject,
    send: () => Promise<JsonObject>,
  ): Promise<JsonObject> {
    const awaited = store.begin({ ...this.#us, topic });
    try {
      const result = await send();
      const owner = result["cacheScope"] === "public" ? this.#everyone : this.#us;
      const key = cacheKey(owner, method, params);
      const ttlMs = ttlOf(result);
      const expiresAt = this.#clock.now() + ttlMs;
      const kept =
        ttlMs > 0 && isReadable(method, result)
          ? { ...owner, key, json: JSON.stringify(result), expiresAt }
          : undefined;
      store.replace(awaited, this.#keys(method, params), kept);
      return result;
    } finally {
      store.end(awaited);
    }
  }

  /** Ours first: what a server told us in private may say more. */
  #keys(method: string, params: JsonObject): readonly string[] {
    return [this.#us, this.#everyone].map((owner) => cacheKey(owner, method, params));
  }

  /** Whoever else shares them: a server says what is stale once, and to those who listen. */
  #forget(matches: (topic: string) => boolean): void {
    const { server } = this.#us;
    this.#store?.forget((subject) => subject.server === server && matches(subject.topic));
  }
}

function storeOf(cache: ResponseCache): ResponseStore {
  if (cache instanceof ResponseStore) return cache;
  throw new TypeError("cache must be false, or what responseCache() made, or { store, server, principal }");
}

/**
 * How long a result may be kept, in ms. What is no time counts as none (Caching, Time-to-Live Field), and an
 * interim result has none.
 */
function ttlOf({ ttlMs, resultType = "complete" }: JsonObject): number {
  if (resultType !== "complete" || typeof ttlMs !== "number" || !Number.isSafeInteger(ttlMs)) return 0;
  return Math.max(0, ttlMs);
}
