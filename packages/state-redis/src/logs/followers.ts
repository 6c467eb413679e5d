import { StateClosedError, StateUnavailableError } from "@towpath/mcp-core/state";
import { Followed, type FollowedOwner } from "./followed.js";
import { Lookouts } from "./lookouts.js";
import { PAGE, RedisReader, type ReaderOptions } from "./reader.js";
import { parseMessage, type News, type Reply, type Sight } from "./replies.js";
import { LEAVE, PAGE as PAGE_SCRIPT } from "./scripts.js";
import type { LogStore } from "./store.js";

// In Cluster a message between its nodes may get lost without anybody noticing.
const CLUSTER_LOOK_MS = 30_000;

const RETRY_MS = 1000;

/** The logs that are read on this node, and one channel on which other nodes tell what happens to them. */
export class Followers implements FollowedOwner {
  readonly #store: LogStore;
  readonly #byName = new Map<string, Followed>();
  readonly #byHandle = new Map<string, Followed>();
  readonly #lookouts: Lookouts;
  readonly #offBack: () => void;
  #handles = 0;
  #readers = 0;
  #listening: Promise<() => Promise<void>> | undefined;
  readonly #leaving: Promise<unknown>[] = [];
  #closed = false;

  constructor(store: LogStore) {
    this.#store = store;
    this.#lookouts = new Lookouts(this.#byHandle, () => store.redis.available);
    this.#offBack = store.redis.onBack(() => {
      this.#lookouts.all();
    });
  }

  /** Readers there are, with those being opened. */
  get readers(): number {
    return this.#readers;
  }

  /** Opens a reader with `read`, which is given a handle for the log and called at once. */
  async open(
    name: string,
    options: ReaderOptions,
    read: (handle: string, take: (opened: Reply) => RedisReader) => Promise<RedisReader>,
  ): Promise<RedisReader> {
    const known = this.#byName.get(name) ?? this.#add(name);
    const registers = options.follow || options.exclusive;
    if (registers) this.#listen();
    known.opening();
    this.#readers++;
    let reader: RedisReader | undefined;
    try {
      reader = await read(registers ? known.handle : "", (opened) => this.#attach(known, opened, options));
      return reader;
    } catch (error) {
      // It may have taken the log from another reader of this node.
      if (options.exclusive && error instanceof StateUnavailableError) known.doubt(0);
      throw error;
    } finally {
      if (reader === undefined) this.left();
      known.opened();
    }
  }

  /** Takes over what a reply says of a log, and of the entry that was appended. */
  learn(name: string, sight: Sight, news?: News): void {
    const followed = this.#byName.get(name);
    if (followed === undefined) return;
    if (followed.is(sight.start)) followed.learn(sight, news);
    else followed.doubt(0);
  }

  /** Nobody knows whether a call took effect. */
  doubt(name: string): void {
    this.#byName.get(name)?.doubt(0);
  }

  page<T>(followed: Followed, position: number, entries: number, take: (reply: Reply) => T): Promise<T> {
    if (followed.registered) this.#listen();
    const handle = followed.registered ? followed.handle : "";
    const args = [followed.start, position, handle, entries, PAGE.bytes];
    return this.#store.ask(PAGE_SCRIPT, followed.name, args, take);
  }

  drop(followed: Followed): void {
    this.#byHandle.delete(followed.handle);
    if (this.#byName.get(followed.name) === followed) this.#byName.delete(followed.name);
    // Where this fails, the log's end or a message that reaches nobody ends it.
    if (!followed.registered) return;
    const left = this.#store.run(LEAVE, followed.name, [followed.handle]).catch(() => undefined);
    if (this.#closed) this.#leaving.push(left);
  }

  watch(followed: Followed): void {
    if (this.#store.redis.clustered && followed.registered) {
      followed.dueAt = Math.min(followed.dueAt, performance.now() + CLUSTER_LOOK_MS);
    }
    this.#lookouts.watch(followed);
  }

  left(): void {
    this.#readers--;
  }

  /** Ends all readers, and tells Redis that this node follows nothing any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#offBack();
    this.#lookouts.stop();
    for (const followed of [...this.#byHandle.values()]) followed.fail(new StateClosedError());
    await Promise.all(this.#leaving.splice(0));
    const off = await this.#listening?.catch(() => undefined);
    await off?.().catch(() => undefined);
  }

  #add(name: string): Followed {
    const followed = new Followed(name, String(++this.#handles), this);
    this.#byName.set(name, followed);
    this.#byHandle.set(followed.handle, followed);
    return followed;
  }

  #attach(known: Followed, opened: Reply, options: ReaderOptions): RedisReader {
    if (this.#closed) throw new StateClosedError();
    const registers = options.follow || options.exclusive;
    const followed = this.#followedOf(known, opened);
    followed.registered ||= registers;
    followed.learn(opened);
    const reader = new RedisReader(followed, opened, options);
    followed.add(reader);
    // What is registered is the handle of the other one.
    if (followed !== known && registers) followed.doubt(0);
    if (options.signal?.aborted === true) reader.fail(options.signal.reason);
    return reader;
  }

  /** The followed log that a read is of: `known`, unless another log has the name now. */
  #followedOf(known: Followed, { start }: Reply): Followed {
    const { name } = known;
    if (known.is(start)) {
      this.#byName.set(name, known);
      return known;
    }
    known.doubt(0);
    const current = this.#byName.get(name);
    return current?.is(start) === true ? current : this.#add(name);
  }

  /** Subscribes to this node's channel if need be; what was said before that is looked up. */
  #listen(): void {
    if (this.#listening !== undefined) return;
    this.#listening = this.#store.redis.subscribe(this.#store.channel, (text) => this.#heard(text));
    this.#listening.then(
      () => this.#lookouts.all(),
      () => {
        this.#listening = undefined;
        this.#lookouts.all(RETRY_MS);
      },
    );
  }

  #heard(text: string): void {
    const message = parseMessage(text);
    const followed = message && this.#byHandle.get(message.handle);
    if (message === undefined || followed === undefined) return;
    if (followed.is(message.start)) followed.learn(message, message.news);
    else followed.doubt(0);
  }
}
