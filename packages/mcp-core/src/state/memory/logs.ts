import { UnknownLogError } from "../errors.js";
import { logBounds } from "../log-bounds.js";
import type { AppendOptions, LogInfo, LogOptions, LogReader, Logs, ReadOptions } from "../logs.js";
import { checkAbout, positive } from "../values.js";
import type { Host } from "./host.js";
import { Log, type LogOwner } from "./log.js";
import { MemoryReader } from "./reader.js";

export class MemoryLogs implements Logs, LogOwner {
  readonly #host: Host;
  readonly #logs = new Map<string, Log>();
  #bytes = 0;
  #readers = 0;
  #tokens = 0;
  // New logs number on from here, so that a cursor of a deleted log is never one of its successor's.
  #watermark = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  async create(name: string, options?: LogOptions): Promise<string | undefined> {
    const now = this.#host.enter();
    const limits = logBounds(options, this.#host.log);
    const about = checkAbout(options?.about);
    if (this.#logs.has(name)) return undefined;
    this.#host.check("maxLogs", this.#logs.size + 1);
    const log = new Log({ name, about, start: this.#watermark, limits, owner: this });
    this.#logs.set(name, log);
    log.live(now + limits.ttlMs);
    return String(log.last);
  }

  async append(name: string, entry: string, options?: AppendOptions): Promise<string> {
    const now = this.#host.enter();
    const log = this.#find(name);
    const cursor = log.append(entry, now, options?.key);
    if (options?.close === true) log.closed = true;
    log.wake();
    return cursor;
  }

  async read(name: string, options: ReadOptions = {}): Promise<LogReader> {
    this.#host.enter();
    options.signal?.throwIfAborted();
    const log = this.#find(name);
    this.#host.check("maxReaders", this.#readers + 1);
    const token = options.exclusive === true ? this.#tokens + 1 : undefined;
    const reader = new MemoryReader(this.#host, log, options, token, () => this.#readers--);
    this.#readers++;
    if (token !== undefined) {
      this.#tokens = log.token = token;
      log.wake();
    }
    return reader;
  }

  async close(name: string): Promise<void> {
    this.#host.enter();
    const log = this.#find(name);
    log.closed = true;
    log.wake();
  }

  async delete(name: string): Promise<boolean> {
    this.#host.enter();
    const log = this.#logs.get(name);
    if (log === undefined) return false;
    this.#host.expiry.forget(log);
    this.drop(log);
    return true;
  }

  async touch(name: string, ttlMs: number): Promise<boolean> {
    const until = this.#host.enter() + positive("ttlMs", ttlMs);
    const log = this.#logs.get(name);
    log?.live(until);
    return log !== undefined;
  }

  async info(name: string): Promise<LogInfo | undefined> {
    this.#host.enter();
    return this.#logs.get(name)?.info();
  }

  drop(log: Log): void {
    this.#logs.delete(log.name);
    this.#watermark = Math.max(this.#watermark, log.last);
    log.end();
  }

  watch(log: Log, at: number): void {
    this.#host.expiry.watch(log, at);
  }

  book(bytes: number): void {
    if (bytes > 0) this.#host.check("maxLogBytes", this.#bytes + bytes);
    this.#bytes += bytes;
  }

  clear(): void {
    for (const log of [...this.#logs.values()]) this.drop(log);
  }

  #find(name: string): Log {
    const log = this.#logs.get(name);
    if (log === undefined) throw new UnknownLogError(name);
    return log;
  }
}
