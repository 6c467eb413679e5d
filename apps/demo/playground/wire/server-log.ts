import type { LogMessage } from "@towpath/mcp-core";

export interface LogEntry extends LogMessage {
  /** Ms since the epoch. */
  readonly at: number;
}

const LIMIT = 500;

/** The log messages of the server, the newest last. The oldest is forgotten when there are too many. */
export class ServerLog {
  readonly #watchers = new Set<(entry: LogEntry | undefined) => void>();
  #entries: LogEntry[] = [];

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** Tells of every entry, and of `undefined` when all are gone. */
  watch(watcher: (entry: LogEntry | undefined) => void): void {
    this.#watchers.add(watcher);
  }

  add(message: LogMessage): void {
    const entry = { ...message, at: Date.now() };
    this.#entries.push(entry);
    this.#entries = this.#entries.slice(-LIMIT);
    for (const watcher of this.#watchers) watcher(entry);
  }

  clear(): void {
    this.#entries = [];
    for (const watcher of this.#watchers) watcher(undefined);
  }
}
