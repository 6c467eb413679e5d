import { randomInt } from "node:crypto";
import {
  checkAbout,
  LimitError,
  logBounds,
  positive,
  StateClosedError,
  StateUnavailableError,
  UnknownLogError,
  type AppendOptions,
  type FilledLogBounds,
  type LogBounds,
  type LogInfo,
  type LogOptions,
  type LogPosition,
  type LogReader,
  type Logs,
  type ReadOptions,
} from "@towpath/mcp-core/state";
import type { Redis, Script } from "../connection/redis.js";
import { wellFormed } from "../well-formed.js";
import { Followers } from "./followers.js";
import { PAGE } from "./reader.js";
import { cursorOf, parseCursor, type Reply } from "./replies.js";
import { APPEND, CLOSE, CREATE, DELETE, INFO, READ, TOUCH } from "./scripts.js";
import { LogStore } from "./store.js";

export interface RedisLogsOptions {
  /** Defaults for logs: 10 minutes to live, 10,000 entries, 16 MiB, any age. */
  readonly log?: LogBounds | undefined;
  /** Log readers open on this node. */
  readonly maxReaders: number;
}

// Larger entries are fetched by those who follow, each when it gets there.
const INLINE_BYTES = 16_384;

// Redis takes no more, and this is for ever.
const LONGEST_TTL_MS = 1e13;

/** Logs on Redis Streams. Every call is one round trip; a follower costs none for each entry up to 16 KiB. */
export class RedisLogs implements Logs {
  readonly #store: LogStore;
  readonly #followers: Followers;
  readonly #bounds: FilledLogBounds;
  readonly #maxReaders: number;
  #closed = false;

  constructor(redis: Redis, options: RedisLogsOptions) {
    this.#bounds = logBounds(options.log);
    this.#maxReaders = options.maxReaders;
    this.#store = new LogStore(redis);
    this.#followers = new Followers(this.#store);
  }

  async create(name: string, options?: LogOptions): Promise<string | undefined> {
    this.#enter();
    const { maxEntries, maxBytes, maxAgeMs, ttlMs } = logBounds(options, this.#bounds);
    const about = checkAbout(options?.about);
    wellFormed("about", about ?? "");
    // At random, so that it is none that an earlier log of this name had, also after a failover.
    const start = String(randomInt(1, 2 ** 48 - 1));
    const bounds = [maxEntries, maxBytes, maxAgeMs].map((bound) => (bound === Infinity ? "" : bound));
    const ttl = wholeTtl(ttlMs);
    const args = [start, ...bounds, ttl < 0 ? "" : ttl, about === undefined ? "" : `a${about}`];
    return (await this.#store.run(CREATE, name, args)) === 1 ? cursorOf(start, 0) : undefined;
  }

  async append(name: string, entry: string, options?: AppendOptions): Promise<string> {
    const key = options?.key === undefined ? "" : `k${wellFormed("A key", options.key)}`;
    wellFormed("An entry", entry);
    const args = [entry, options?.close === true ? 1 : 0, key, INLINE_BYTES];
    return this.#change(APPEND, name, args, (reply) => {
      const { number, known, rest } = reply;
      this.#followers.learn(
        name,
        reply,
        known ? undefined : { before: Number(rest[0]), number, data: entry },
      );
      return cursorOf(reply.start, reply.number);
    });
  }

  async read(name: string, options: ReadOptions = {}): Promise<LogReader> {
    this.#enter();
    const { signal, follow = true, exclusive = false } = options;
    signal?.throwIfAborted();
    if (this.#followers.readers >= this.#maxReaders) throw new LimitError("maxReaders", this.#maxReaders);
    const from = positionArgs(options.from ?? "start");
    return this.#followers.open(name, { follow, exclusive, signal }, (handle, take) =>
      this.#store.ask(READ, name, [...from, exclusive ? 1 : 0, handle, PAGE.entries, PAGE.bytes], take),
    );
  }

  async close(name: string): Promise<void> {
    await this.#change(CLOSE, name, [], (reply) => this.#followers.learn(name, reply));
  }

  async delete(name: string): Promise<boolean> {
    return this.#changeIfThere(DELETE, name, []);
  }

  async touch(name: string, ttlMs: number): Promise<boolean> {
    this.#enter();
    return this.#changeIfThere(TOUCH, name, [wholeTtl(positive("ttlMs", ttlMs))]);
  }

  async info(name: string): Promise<LogInfo | undefined> {
    this.#enter();
    // What the script gives, which ends early where there is no more to say.
    const raw = (await this.#store.run(INFO, name)) as [string, string?, number?, number?, number?, string?];
    const [, last, entries = 0, bytes = 0, phase, about] = raw;
    if (last === undefined) return undefined;
    return { entries, bytes, closed: phase === 1, last, ...(typeof about === "string" && { about }) };
  }

  /** Ends this node's readers; later calls reject. */
  async shutDown(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#followers.close();
  }

  #enter(): void {
    if (this.#closed) throw new StateClosedError();
  }

  async #change<T>(
    script: Script,
    name: string,
    args: readonly (string | number)[],
    take: (reply: Reply) => T,
  ): Promise<T> {
    this.#enter();
    try {
      return await this.#store.ask(script, name, args, take);
    } catch (error) {
      // It may have taken effect all the same, and then only a look tells this node's readers.
      if (error instanceof StateUnavailableError) this.#followers.doubt(name);
      throw error;
    }
  }

  async #changeIfThere(script: Script, name: string, args: readonly number[]): Promise<boolean> {
    try {
      await this.#change(script, name, args, (reply) => this.#followers.learn(name, reply));
      return true;
    } catch (error) {
      if (error instanceof UnknownLogError) return false;
      throw error;
    }
  }
}

/** Whole milliseconds, or -1 for a time to live that does not end. */
function wholeTtl(ttlMs: number): number {
  return ttlMs > LONGEST_TTL_MS ? -1 : Math.ceil(ttlMs);
}

function positionArgs(from: LogPosition): readonly string[] {
  if (typeof from === "string") return [from, "", ""];
  const [start, number] = parseCursor(from.after) ?? ["", ""];
  return ["after", start, number];
}
