import { randomBytes } from "node:crypto";
import {
  byteLength,
  decode,
  encode,
  InvalidArgumentError,
  LimitError,
  type AddOptions,
  type AddOutcome,
  type CreateOptions,
  type CreateOutcome,
  type ListOptions,
  type RecordPage,
  type Records,
  type ReplaceOptions,
  type StoredRecord,
  type WriteOptions,
} from "@towpath/mcp-core/state";
import type { Redis, Script } from "../connection/redis.js";
import { wellFormed } from "../well-formed.js";
import { addToCounter } from "./counters.js";
import { Indexes } from "./indexes.js";
import { CREATE, DELETE, GET, REPLACE, SET, TOUCH } from "./scripts.js";
import { ttlArgument } from "./ttl.js";

type Value = Parameters<Records["set"]>[1];
type Places = readonly string[];

// All of them are arguments of one script, and a Lua stack has room for some thousands.
const MAX_INDEXES = 128;

/**
 * Records, each a hash, changed by scripts alone. On one Redis a script changes a record and its indexes together.
 * In Cluster they are in different slots: a record is in its indexes before it is created, and leaves them after it
 * was deleted.
 */
export class RedisRecords implements Records {
  readonly #redis: Redis;
  readonly #indexes: Indexes;
  readonly #maxRecordBytes: number;
  readonly #versions = `${randomBytes(9).toString("base64url")}.`;
  #writes = 0;

  constructor(redis: Redis, limits: { readonly maxRecordBytes: number }) {
    this.#redis = redis;
    this.#indexes = new Indexes(redis);
    this.#maxRecordBytes = limits.maxRecordBytes;
  }

  async get(
    id: string,
    options?: { readonly ttlMs?: number | undefined },
  ): Promise<StoredRecord | undefined> {
    const ttl = options?.ttlMs === undefined ? "" : ttlArgument(options.ttlMs);
    // As the script gives it.
    const found = (await this.#run(GET, id, ttl)) as [text: string, version: string, Places?] | null;
    if (found === null) return undefined;
    this.#extend(id, ttl, found[2] ?? []);
    return { value: decode(found[0]), version: found[1] };
  }

  async set(id: string, value: Value, options: WriteOptions): Promise<string> {
    const ttl = ttlArgument(options.ttlMs);
    const { text, version, places } = this.#content(id, value, options.indexes);
    // As the script gives it.
    const from = (await this.#run(SET, id, ttl, text, version, ...places)) as Places;
    await this.#move(id, ttl, from, places);
    return version;
  }

  async create(id: string, value: Value, options: CreateOptions): Promise<CreateOutcome> {
    const ttl = ttlArgument(options.ttlMs);
    const { text, version, places } = this.#content(id, value, options.indexes);
    checkNumber("caps in atMost", options.atMost?.length ?? 0);
    const caps = (options.atMost ?? []).map(({ index, count }) => ({
      place: this.#indexes.place(index),
      count,
    }));
    const entered = await this.#enter(id, ttl, places, caps);
    const args = [text, version, places.length, ...places];
    if (!this.#redis.clustered) args.push(...caps.flatMap(({ place, count }) => [place, count]));
    const fullBefore = typeof entered === "number";
    // As the script gives it.
    const [outcome, detail] = (await (fullBefore
      ? this.#run(GET, id, "").then((found) => (found === null ? [-1, entered] : [0, []]))
      : this.#run(CREATE, id, ttl, ...args))) as [1] | [0, Places] | [-1, number];
    if (outcome === 1) return { outcome: "created", version };
    if (outcome === -1) return { outcome: "full", index: options.atMost?.[detail]?.index ?? "" };
    // Whoever created it meanwhile may have put it under the same indexes.
    if (!fullBefore)
      await this.#leave(
        id,
        entered.filter((place) => !detail.includes(place)),
      );
    return { outcome: "exists" };
  }

  async replace(id: string, value: Value, options: ReplaceOptions): Promise<string | undefined> {
    const ttl = options.ttlMs === undefined ? "" : ttlArgument(options.ttlMs);
    const { text, version, places } = this.#content(id, value, options.indexes);
    const moves = options.indexes === undefined ? "" : "1";
    const args = [text, version, options.ifVersion, moves, ...places];
    // As the script gives it.
    const replaced = (await this.#run(REPLACE, id, ttl, ...args)) as [from: Places, life: string] | null;
    if (replaced === null) return undefined;
    const [from, life] = replaced;
    if (moves === "1") await this.#move(id, life, from, places);
    else this.#extend(id, ttl, from);
    return version;
  }

  async delete(id: string, options?: { readonly ifVersion?: string | undefined }): Promise<boolean> {
    const wanted = options?.ifVersion === undefined ? [] : [options.ifVersion];
    // As the script gives it.
    const from = (await this.#run(DELETE, id, "", ...wanted)) as Places | null;
    if (from !== null && this.#redis.clustered) await this.#leave(id, from);
    return from !== null;
  }

  async touch(id: string, ttlMs: number): Promise<boolean> {
    const ttl = ttlArgument(ttlMs);
    // As the script gives it.
    const places = (await this.#run(TOUCH, id, ttl)) as Places | null;
    this.#extend(id, ttl, places ?? []);
    return places !== null;
  }

  async list(index: string, options: ListOptions = {}): Promise<RecordPage> {
    return this.#indexes.list(this.#indexes.place(index), options.after, options.limit);
  }

  async count(index: string): Promise<number> {
    return this.#indexes.count(this.#indexes.place(index));
  }

  async add(counter: string, by: number, options: AddOptions): Promise<AddOutcome> {
    return addToCounter(this.#redis, counter, by, options);
  }

  #run(script: Script, id: string, ttl: string, ...args: readonly (string | number)[]): Promise<unknown> {
    const apart = this.#redis.clustered ? "1" : "";
    return this.#redis.run(
      script,
      [this.#redis.key("record", wellFormed("An id", id))],
      [this.#indexes.prefix, apart, id, ttl, ...args],
    );
  }

  #content(id: string, value: Value, indexNames: readonly string[] = []) {
    const text = encode(value);
    const indexes = [...new Set(indexNames)];
    checkNumber("indexes", indexes.length);
    const bytes = [id, text, ...indexes].reduce((sum, part) => sum + byteLength(part), 0);
    if (bytes > this.#maxRecordBytes) throw new LimitError("maxRecordBytes", this.#maxRecordBytes);
    const version = this.#versions + (++this.#writes).toString(36);
    return { text, version, places: indexes.map((index) => this.#indexes.place(index)) };
  }

  /** In Cluster, enters the indexes; gives those it had not been in, or which cap was reached. */
  async #enter(
    id: string,
    ttl: string,
    places: Places,
    caps: readonly { readonly place: string; readonly count: number }[],
  ): Promise<Places | number> {
    if (!this.#redis.clustered) return [];
    const outsideCaps = caps.filter(({ place }) => !places.includes(place));
    const entering = places.map((place) => {
      const counts = caps.filter((cap) => cap.place === place).map(({ count }) => count);
      return this.#indexes.enter(id, ttl, place, counts.length === 0 ? undefined : Math.min(...counts));
    });
    const counting = Promise.all(outsideCaps.map(({ place }) => this.#indexes.count(place)));
    const [, ...settled] = await Promise.allSettled([counting, ...entering]);
    const outcomes = settled.map((each) => (each.status === "fulfilled" ? each.value : undefined));
    const entered = places.filter((_, i) => outcomes[i] === "entered");
    const [counts] = await Promise.all([counting, ...entering]).catch((error: unknown) => {
      // As far as that can be done: where it cannot, they are there until their time to live has run out.
      this.#leave(id, entered).catch(() => undefined);
      throw error;
    });
    const isFull = ({ place, count }: (typeof caps)[number]): boolean => {
      const outside = outsideCaps.findIndex((cap) => cap.place === place);
      return outside < 0 ? outcomes[places.indexOf(place)] === "full" : (counts[outside] ?? 0) >= count;
    };
    const full = caps.findIndex(isFull);
    if (full < 0) return entered;
    await this.#leave(id, entered);
    return full;
  }

  /** In Cluster, lets the indexes follow a record that was written. */
  async #move(id: string, ttl: string, from: Places, to: Places): Promise<void> {
    if (!this.#redis.clustered) return;
    await Promise.all([
      this.#leave(
        id,
        from.filter((place) => !to.includes(place)),
      ),
      ...to.map((place) => this.#indexes.enter(id, ttl, place)),
    ]);
  }

  /** In Cluster, lets the indexes follow a record that was touched. Nobody waits for it. */
  #extend(id: string, ttl: string, places: Places): void {
    if (!this.#redis.clustered || ttl === "") return;
    for (const place of places) this.#indexes.extend(id, ttl, place).catch(() => undefined);
  }

  async #leave(id: string, places: Places): Promise<void> {
    await Promise.all(places.map((place) => this.#indexes.leave(id, place)));
  }
}

function checkNumber(what: string, count: number): void {
  if (count <= MAX_INDEXES) return;
  throw new InvalidArgumentError(
    `A record may have ${String(MAX_INDEXES)} ${what}, not ${String(count)}. Name fewer.`,
  );
}
