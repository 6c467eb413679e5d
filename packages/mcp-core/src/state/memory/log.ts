import { CursorLostError, LimitError, LogClosedError } from "../errors.js";
import type { FilledLogBounds } from "../log-bounds.js";
import type { LogEntry, LogInfo, LogPosition } from "../logs.js";
import { Perishable } from "./expiry.js";
import { byteLength } from "../values.js";
import { Queue } from "./queue.js";

/** Bytes that a log takes in memory besides its entries, with its name and what waits for its end; about. */
const LOG_BYTES = 1024;

/** Bytes that an entry takes in memory besides its text; about. */
const ENTRY_BYTES = 96;

interface Line {
  readonly data: string;
  readonly bytes: number;
  readonly at: number;
  readonly key: string | undefined;
}

export interface LogStart {
  readonly name: string;
  readonly about: string | undefined;
  /** The number before its first entry. */
  readonly start: number;
  readonly limits: FilledLogBounds;
  readonly owner: LogOwner;
}

/** What a log tells those who own it. */
export interface LogOwner {
  drop(log: Log): void;
  watch(log: Log, at: number): void;
  /** Books bytes of memory more (or, below 0, fewer); throws `LimitError` if all logs together become too large. */
  book(bytes: number): void;
}

/** One log. Entries are numbered without gaps from `#floor + 1` on; an entry's number is its cursor. */
export class Log extends Perishable {
  readonly name: string;
  readonly #limits: FilledLogBounds;
  readonly #owner: LogOwner;
  readonly #start: number;
  readonly #about: string | undefined;
  readonly #lines = new Queue<Line>();
  /** The numbers of the entries that have a key. */
  #byKey: Map<string, number> | undefined;
  #floor: number;
  #bytes = 0;
  #goneAt = 0;
  closed = false;
  /** Deleted or expired: there is nothing left to read. */
  gone = false;
  /** The token of the exclusive reader that took it last. */
  token = 0;
  /** Called after every change that a waiting reader may care about. */
  readonly wakers = new Set<() => void>();

  constructor({ name, about, start, limits, owner }: LogStart) {
    super();
    this.name = name;
    this.#about = about;
    this.#floor = this.#start = start;
    this.#limits = limits;
    this.#owner = owner;
    owner.book(this.#ownBytes);
  }

  get #ownBytes(): number {
    return LOG_BYTES + (this.#about?.length ?? 0);
  }

  get last(): number {
    return this.#floor + this.#lines.size;
  }

  info(): LogInfo {
    return {
      entries: this.#lines.size,
      bytes: this.#bytes,
      closed: this.closed,
      last: String(this.last),
      ...(this.#about !== undefined && { about: this.#about }),
    };
  }

  append(data: string, now: number, key?: string): string {
    const known = key === undefined ? undefined : this.#byKey?.get(key);
    if (known !== undefined) return String(known);
    if (this.closed) throw new LogClosedError(this.name);
    const { maxBytes, maxEntries } = this.#limits;
    const bytes = byteLength(data);
    if (bytes > maxBytes) throw new LimitError("maxBytes", maxBytes);
    this.#owner.book(bytes + ENTRY_BYTES + (key?.length ?? 0));
    this.#bytes += bytes;
    this.#lines.push({ data, bytes, at: now, key });
    if (key !== undefined) (this.#byKey ??= new Map()).set(key, this.last);
    while (this.#bytes > maxBytes || this.#lines.size > maxEntries) this.#trim();
    this.live(Math.max(this.#goneAt, now + this.#limits.ttlMs));
    return String(this.last);
  }

  /** Sets the time at which the log is gone. */
  live(until: number): void {
    this.#goneAt = until;
    this.#owner.watch(this, Math.min(until, this.#oldestLeaves()));
  }

  lapse(now: number): void {
    if (this.#goneAt <= now) {
      this.#owner.drop(this);
      return;
    }
    while (this.#oldestLeaves() <= now) this.#trim();
    this.live(this.#goneAt);
  }

  /** The number before the first entry to read. Throws `CursorLostError`. */
  locate(from: LogPosition): number {
    if (from === "end") return this.last;
    if (from === "oldest") return this.#floor;
    const number = from === "start" ? this.#start : parseCursor(from.after);
    if (!(number >= this.#floor && number <= this.last)) throw new CursorLostError(this.name);
    return number;
  }

  /** The entry after that number, `undefined` at the end. Throws `CursorLostError`. */
  after(number: number): LogEntry | undefined {
    if (number < this.#floor) throw new CursorLostError(this.name);
    const line = this.#lines.at(number - this.#floor);
    return line && { cursor: String(number + 1), data: line.data };
  }

  wake(): void {
    for (const waker of [...this.wakers]) waker();
  }

  /** Lets go of everything and ends the readers. */
  end(): void {
    this.gone = true;
    while (this.#lines.size > 0) this.#trim();
    this.#owner.book(-this.#ownBytes);
    this.wake();
  }

  #oldestLeaves(): number {
    return (this.#lines.at(0)?.at ?? Infinity) + this.#limits.maxAgeMs;
  }

  #trim(): void {
    const { bytes = 0, key } = this.#lines.shift() ?? {};
    if (key !== undefined) this.#byKey?.delete(key);
    this.#floor++;
    this.#bytes -= bytes;
    this.#owner.book(-bytes - ENTRY_BYTES - (key?.length ?? 0));
  }
}

function parseCursor(cursor: string): number {
  return /^\d{1,15}$/.test(cursor) ? Number(cursor) : NaN;
}
