import { CursorLostError, UnknownLogError } from "@towpath/mcp-core/state";
import { PAGE, type RedisReader } from "./reader.js";
import { entriesOf, type Entry, type News, type Reply, type Sight } from "./replies.js";

const RETRY_MS = 1000;

// What is looked at too early is looked at again.
const EXPIRY_SLACK_MS = 5;

/** What a followed log needs of those who keep it. */
export interface FollowedOwner {
  /** Entries after `position`; with `entries` 0 only how the log is. Rejects with any `StateError`. */
  page<T>(followed: Followed, position: number, entries: number, take: (reply: Reply) => T): Promise<T>;
  /** Nobody on this node reads the log any more. */
  drop(followed: Followed): void;
  /** `dueAt` was set. */
  watch(followed: Followed): void;
  /** A reader ended. */
  left(): void;
}

/** One log that is read on this node, as far as this node knows it; shared by all its readers. */
export class Followed {
  readonly name: string;
  /** By which messages for this node name it. */
  readonly handle: string;
  readonly #owner: FollowedOwner;
  readonly #readers = new Set<RedisReader>();
  #pages: Map<number, Promise<readonly Entry[] | undefined>> | undefined;
  #start: string | undefined;
  #opening = 0;
  #token = 0;
  #gone = false;
  /** Something may have been missed, so that a look at the log must not be put off. */
  #doubted = false;
  last = 0;
  closed = false;
  /** Other nodes tell this one what happens to the log. */
  registered = false;
  /** When to look how the log is, on the clock of `performance.now()`. */
  dueAt = Infinity;

  constructor(name: string, handle: string, owner: FollowedOwner) {
    this.name = name;
    this.handle = handle;
    this.#owner = owner;
  }

  get start(): string {
    return this.#start ?? "";
  }

  /** A read is under way: what becomes known meanwhile must not get lost. */
  opening(): void {
    this.#opening++;
  }

  opened(): void {
    this.#opening--;
    this.#dropIfUnused();
  }

  add(reader: RedisReader): void {
    this.#readers.add(reader);
    reader.fence(this.#token);
    // It may have been deleted between the script and its reply.
    if (this.#gone) reader.fail(new UnknownLogError(this.name));
    if (this.#doubted) this.doubt(0);
  }

  leave(reader: RedisReader): void {
    if (!this.#readers.delete(reader)) return;
    this.#owner.left();
    this.#dropIfUnused();
  }

  /** Whether what is known is of the log that started there; a log not known yet is. */
  is(start: string): boolean {
    return this.#start === undefined || this.#start === start;
  }

  /** Takes over what a reply or a message says, and hands its entry on. */
  learn(sight: Sight, entry?: News): void {
    this.#start ??= sight.start;
    if (sight.phase === "gone") {
      this.end();
      return;
    }
    if (sight.token > this.#token) {
      this.#token = sight.token;
      for (const reader of this.#readers) reader.fence(sight.token);
    }
    this.#lookIn(sight.ttlMs + EXPIRY_SLACK_MS);
    const news = entry !== undefined || sight.last > this.last || (sight.phase === "closed" && !this.closed);
    if (sight.last > this.last) this.last = sight.last;
    if (sight.phase === "closed") this.closed = true;
    for (const reader of news ? this.#readers : []) {
      if (entry !== undefined) reader.offer(entry);
      reader.serve();
    }
  }

  /** The log is no more. */
  end(): void {
    this.#gone = true;
    this.registered = false;
    this.fail(new UnknownLogError(this.name));
  }

  fail(reason: unknown): void {
    for (const reader of this.#readers) reader.fail(reason);
  }

  /** Something may have been missed: has the log looked at in `ms`, whatever is heard meanwhile. */
  doubt(ms: number): void {
    this.#lookIn(ms);
    this.#doubted = true;
  }

  /** Finds out what was missed, if anything. Rejects where Redis cannot say. */
  async refresh(): Promise<void> {
    if (this.#start === undefined) {
      // The reply to the first read is not there yet.
      this.dueAt = Infinity;
      return;
    }
    const before = this.last;
    this.#doubted = false;
    try {
      await this.#owner.page(this, before, 0, (reply) => this.#compare(reply, before));
      for (const reader of this.#readers) reader.serve();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The entries after `position`; `undefined` if that has to wait for Redis. Readers at the same place share them. */
  page(position: number): Promise<readonly Entry[] | undefined> {
    const pages = (this.#pages ??= new Map<number, Promise<readonly Entry[] | undefined>>());
    let page = pages.get(position);
    if (page === undefined) {
      page = this.#page(position).finally(() => {
        pages.delete(position);
        if (pages.size === 0) this.#pages = undefined;
      });
      pages.set(position, page);
    }
    return page;
  }

  async #page(position: number): Promise<readonly Entry[] | undefined> {
    const before = this.last;
    try {
      return await this.#owner.page(this, position, PAGE.entries, (reply) => {
        this.#compare(reply, before);
        return entriesOf(reply);
      });
    } catch (error) {
      if (error instanceof CursorLostError) throw error;
      this.#failed(error);
      return undefined;
    }
  }

  /** Entries that this node knew of may be gone after a failover: who was given them cannot go on. */
  #compare(reply: Reply, before: number): void {
    if (reply.last < before) {
      this.last = reply.last;
      for (const reader of this.#readers)
        if (reader.position > reply.last) reader.fail(new CursorLostError(this.name));
    }
    this.learn(reply);
  }

  #failed(error: unknown): void {
    if (error instanceof UnknownLogError) this.end();
    // The readers wait, as they would for an entry: nothing is lost yet.
    else this.doubt(RETRY_MS);
  }

  #lookIn(ms: number): void {
    const dueAt = performance.now() + ms;
    if (this.#doubted && dueAt > this.dueAt) return;
    this.dueAt = dueAt;
    this.#owner.watch(this);
  }

  #dropIfUnused(): void {
    if (this.#readers.size === 0 && this.#opening === 0) this.#owner.drop(this);
  }
}
