import { checkPageSize, InvalidArgumentError, type RecordPage } from "@towpath/mcp-core/state";
import type { Redis, Script } from "../connection/redis.js";
import { wellFormed } from "../well-formed.js";
import { COUNT, ENTER, EXTEND, LEAVE, LIST } from "./scripts.js";

/** Records by index. An index is named by its place: what its keys have after their kind. */
export class Indexes {
  /** What all keys begin with. */
  readonly prefix: string;
  readonly #redis: Redis;
  readonly #start: number;

  constructor(redis: Redis) {
    const sample = redis.key("index", "");
    this.#redis = redis;
    this.#start = sample.lastIndexOf(":index") + ":index".length;
    this.prefix = sample.slice(0, sample.lastIndexOf(":index"));
  }

  place(index: string): string {
    return this.#redis.key("index", wellFormed("The name of an index", index)).slice(this.#start);
  }

  /** Whether the record entered it, was there already, or `full`: `atMost` others are there. */
  async enter(
    id: string,
    ttl: string,
    place: string,
    atMost?: number,
  ): Promise<"entered" | "there" | "full"> {
    const entered = await this.#run(ENTER, place, id, ttl, atMost ?? "");
    return entered === 1 ? "entered" : entered === 0 ? "there" : "full";
  }

  async leave(id: string, place: string): Promise<void> {
    await this.#run(LEAVE, place, id, "");
  }

  /** Makes it stay there as long as its record lives, if it is there. */
  async extend(id: string, ttl: string, place: string): Promise<void> {
    await this.#run(EXTEND, place, id, ttl);
  }

  async count(place: string): Promise<number> {
    return Number(await this.#run(COUNT, place, "", ""));
  }

  async list(place: string, after = "0", limit?: number): Promise<RecordPage> {
    const size = checkPageSize(limit);
    if (!/^\d{1,16}$/.test(after))
      throw new InvalidArgumentError("after must be the next of an earlier page.");
    // Ids and entries by turns, as the script gives them.
    const found = (await this.#run(LIST, place, "", "", after, size)) as string[];
    const ids = found.filter((_, i) => i % 2 === 0);
    const next = found[2 * size - 1];
    return ids.length > size && next !== undefined ? { ids: ids.slice(0, size), next } : { ids };
  }

  #run(
    script: Script,
    place: string,
    id: string,
    ttl: string,
    ...args: readonly (string | number)[]
  ): Promise<unknown> {
    const keys = [`${this.prefix}:index${place}`, `${this.prefix}:expiry${place}`];
    return this.#redis.run(script, keys, [this.prefix, "1", id, ttl, place, ...args]);
  }
}
