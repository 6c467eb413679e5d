import { FencedError, type LogEntry, type LogReader } from "@towpath/mcp-core/state";
import type { Followed } from "./followed.js";
import { cursorOf, entriesOf, type Entry, type News, type Reply } from "./replies.js";

type Step = IteratorResult<LogEntry, undefined>;

interface Waiter {
  readonly resolve: (step: Step) => void;
  readonly reject: (reason: unknown) => void;
}

const DONE: Step = { done: true, value: undefined };

const NOTHING: readonly Entry[] = [];

/** What a reader may hold that nobody asked for yet; one entry, if it alone is larger. */
export const PAGE = { entries: 256, bytes: 65_536 };

export interface ReaderOptions {
  readonly follow: boolean;
  readonly exclusive: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads a log from `#position` on. It holds at most a page: what is published while that is full is read from Redis
 * when the consumer gets there.
 */
export class RedisReader implements LogReader {
  readonly token: number | undefined;
  readonly #followed: Followed;
  readonly #signal: AbortSignal | undefined;
  /** The number of the last entry it is to give. */
  readonly #until: number;
  readonly #waiters: Waiter[] = [];
  readonly #onAbort: (() => void) | undefined;
  /** Number of the entry that was given last. */
  #position: number;
  /** The entries that follow it, from `#taken` on: one page, which other readers may hold as well, or `#own`. */
  #ahead: readonly Entry[];
  #taken = 0;
  #own: Entry[] | undefined;
  #ownBytes = 0;
  #fetching = false;
  #failure: { readonly reason: unknown } | undefined;
  #state: "attached" | "detached" | "ended" = "attached";

  constructor(followed: Followed, opened: Reply, { follow, exclusive, signal }: ReaderOptions) {
    this.#followed = followed;
    this.#position = opened.number;
    this.#ahead = entriesOf(opened);
    this.#until = follow ? Infinity : opened.last;
    this.token = exclusive ? opened.token : undefined;
    this.#signal = signal;
    if (signal === undefined) return;
    this.#onAbort = () => this.fail(signal.reason);
    signal.addEventListener("abort", this.#onAbort);
  }

  /** How many entries it holds that nobody asked for. */
  get held(): number {
    return this.#ahead.length - this.#taken;
  }

  get position(): number {
    return this.#position;
  }

  next(): Promise<Step> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.serve();
    });
  }

  return(): Promise<Step> {
    this.#end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): LogReader {
    return this;
  }

  /** A newer exclusive reader took the log. */
  fence(token: number): void {
    if (this.token !== undefined && this.token < token) this.fail(new FencedError(this.#followed.name));
  }

  /** Ends the iteration with this error, which comes before anything that is held. */
  fail(reason: unknown): void {
    if (this.#failure !== undefined || this.#state === "ended") return;
    this.#failure = { reason };
    // Nothing more can come, so this reader frees its place even if nobody asks it for the rest.
    this.#detach();
    this.serve();
  }

  /** This entry was appended; it is kept if it is the next one and there is room. */
  offer(entry: News): void {
    const last = this.#ahead.at(-1)?.number ?? this.#position;
    if (this.#fetching || entry.before !== last || entry.number > this.#until) return;
    const [waiter] = this.#waiters;
    if (waiter !== undefined && this.held === 0) {
      this.#waiters.shift();
      waiter.resolve(this.#given(entry));
      return;
    }
    if (this.held === 0) {
      this.#ahead = this.#own = [];
      this.#taken = this.#ownBytes = 0;
    }
    const own = this.#own;
    if (own === undefined || own.length >= PAGE.entries || this.#ownBytes + entry.data.length > PAGE.bytes)
      return;
    own.push(entry);
    this.#ownBytes += entry.data.length;
  }

  /** Gives those who wait what there is, and asks Redis for what is missing. */
  serve(): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      const failure = this.#failure;
      if (failure !== undefined && this.#state !== "ended") {
        this.#waiters.shift();
        waiter.reject(failure.reason);
        this.#end();
        return;
      }
      const step = this.#step();
      if (step === undefined) return;
      this.#waiters.shift();
      waiter.resolve(step);
      if (step.done === true) this.#end();
    }
  }

  /** The next step, or `undefined` while there is none to take. */
  #step(): Step | undefined {
    if (this.#state === "ended") return DONE;
    const entry = this.#ahead[this.#taken];
    if (entry !== undefined) {
      this.#taken++;
      if (this.held === 0) this.#let();
      return this.#given(entry);
    }
    if (this.#position >= this.#until) return DONE;
    const { last, closed } = this.#followed;
    if (this.#position < last) void this.#fetch();
    else if (closed) return DONE;
    return undefined;
  }

  /** Lets go of what it holds. */
  #let(): void {
    this.#ahead = NOTHING;
    this.#own = undefined;
    this.#taken = 0;
  }

  #given({ number, data }: Entry): Step {
    this.#position = number;
    return { done: false, value: { cursor: cursorOf(this.#followed.start, number), data } };
  }

  async #fetch(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      const page = await this.#followed.page(this.#position);
      this.#fetching = false;
      if (page === undefined || this.#state !== "attached") return;
      this.#ahead = page;
      this.#taken = 0;
      this.serve();
    } catch (error) {
      this.#fetching = false;
      this.fail(error);
    }
  }

  #end(): void {
    this.#detach();
    this.#state = "ended";
    for (const { resolve } of this.#waiters.splice(0)) resolve(DONE);
  }

  #detach(): void {
    if (this.#state !== "attached") return;
    this.#state = "detached";
    this.#let();
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#followed.leave(this);
  }
}
