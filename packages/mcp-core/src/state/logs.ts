/**
 * Named, append-only logs of text. A log outlives its readers: any node can read it from any cursor
 * and then follow it live. Calls on one log take effect in the order in which they were made on this
 * state, also without awaiting each one.
 *
 * Any method rejects with `InvalidArgumentError`, `StateClosedError` or `StateUnavailableError`.
 */
export interface Logs {
  /**
   * Creates an empty log and gives the cursor before its first entry, or `undefined` if the name is
   * taken; that log stays as it is. Throws `LimitError`.
   */
  create(name: string, options?: LogOptions): Promise<string | undefined>;

  /**
   * Appends an entry and gives its cursor, starting the log's time to live anew. With `close` the log
   * is closed in the same step, so that of several writers exactly one writes the last entry. With a
   * `key` that an entry still in the log was appended with, nothing is appended, also when the log is closed,
   * and that entry's cursor is given. Throws `UnknownLogError`, `LogClosedError`, and `LimitError` for an entry larger than the
   * log may be.
   */
  append(name: string, entry: string, options?: AppendOptions): Promise<string>;

  /**
   * Opens a reader. Rejects with `UnknownLogError`, `CursorLostError`, `LimitError` or the signal's
   * reason before anything is read; a read that rejects takes nothing from another reader.
   */
  read(name: string, options?: ReadOptions): Promise<LogReader>;

  /** No more entries; followers end after the last one. Closing again changes nothing. Throws `UnknownLogError`. */
  close(name: string): Promise<void>;

  /** Deletes the log; its readers end with `UnknownLogError`. `false` if there was none. */
  delete(name: string): Promise<boolean>;

  /** Sets the log's time to live to `ttlMs` from now; `false` if there is no such log. */
  touch(name: string, ttlMs: number): Promise<boolean>;

  /** What is known of a log, or `undefined` if there is none. */
  info(name: string): Promise<LogInfo | undefined>;
}

/** Where one is left out, the state's default holds. The oldest entries are trimmed to keep the bounds. */
export interface LogBounds {
  /** Milliseconds without an append or a touch after which the log is gone. */
  readonly ttlMs?: number | undefined;
  readonly maxEntries?: number | undefined;
  /** Bytes of all entries in UTF-8. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds that an entry is kept. */
  readonly maxAgeMs?: number | undefined;
}

export interface LogOptions extends LogBounds {
  /** Whatever `info` is to say of it, 65,536 characters at most; it counts for no bound. Default: nothing. */
  readonly about?: string | undefined;
}

export interface AppendOptions {
  readonly close?: boolean | undefined;
  /** Tells what was appended already, by whichever node. */
  readonly key?: string | undefined;
}

/**
 * `start`: all that was ever appended, which is lost once something was trimmed; `oldest`: whatever is
 * still there; `end`: only what is appended from now on; `after`: what follows that cursor.
 */
export type LogPosition = "start" | "oldest" | "end" | { readonly after: string };

export interface ReadOptions {
  /** Default: `start`. */
  readonly from?: LogPosition | undefined;
  /** Waits for further entries until the log is closed (default), or ends where the log now ends. */
  readonly follow?: boolean | undefined;
  /** Takes the log: an earlier exclusive reader, on whichever node, ends with `FencedError`. */
  readonly exclusive?: boolean | undefined;
  /** Ends the iteration by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface LogEntry {
  readonly cursor: string;
  readonly data: string;
}

/**
 * Iterates once over the entries. It completes only when the log is closed (or, without `follow`, at
 * its end) and every entry was delivered. Anything else throws: `FencedError`, `CursorLostError` when
 * the bounds overtook this reader, `UnknownLogError` when the log is deleted or expires,
 * `StateClosedError`, or the signal's reason. A reader that is no longer wanted must be ended, by its
 * signal, by `return()` or by leaving the loop.
 */
export interface LogReader {
  /** Of an exclusive reader: greater than that of every reader that took this log before. */
  readonly token: number | undefined;
  next(): Promise<IteratorResult<LogEntry, undefined>>;
  return(): Promise<IteratorResult<LogEntry, undefined>>;
  [Symbol.asyncIterator](): LogReader;
}

export interface LogInfo {
  readonly entries: number;
  readonly bytes: number;
  readonly closed: boolean;
  /** Cursor of the newest entry, or the one `create` gave while there is none. */
  readonly last: string;
  /** What it was created with, if anything. */
  readonly about?: string;
}
