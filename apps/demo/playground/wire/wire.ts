import type { JsonRpcMessage } from "@towpath/mcp-core";
import type { Recorder } from "../connection/recording.js";

export type Direction = "out" | "in";

export interface MessageEntry {
  readonly kind: "message";
  readonly id: number;
  /** Ms since the epoch. */
  readonly at: number;
  readonly direction: Direction;
  readonly shape: "request" | "notification" | "result" | "error";
  /** Its method; of an answer, that of its request. */
  readonly method: string;
  /** Of an answer: how long it took, in ms. */
  readonly ms?: number;
  readonly message: JsonRpcMessage;
}

export interface NoteEntry {
  readonly kind: "note";
  readonly id: number;
  readonly at: number;
  readonly tone: "plain" | "good" | "bad";
  readonly text: string;
}

export type WireEntry = MessageEntry | NoteEntry;

export interface WireWatcher {
  /** @param dropped how many of the oldest are gone for it */
  added(entry: WireEntry, dropped: number): void;
  cleared(): void;
}

/** Requests without an answer that are remembered, per direction. */
const MAX_ASKED = 1_000;

/** All that went over the wire, the newest last. The oldest is forgotten when there are too many. */
export class Wire implements Recorder {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #asked = { out: new Map<string, Asked>(), in: new Map<string, Asked>() };
  readonly #watchers = new Set<WireWatcher>();
  #entries: WireEntry[] = [];
  #lastId = 0;

  constructor({
    limit = 1_000,
    now = Date.now,
  }: { readonly limit?: number; readonly now?: () => number } = {}) {
    this.#limit = limit;
    this.#now = now;
  }

  get entries(): readonly WireEntry[] {
    return this.#entries;
  }

  watch(watcher: WireWatcher): void {
    this.#watchers.add(watcher);
  }

  sent(message: JsonRpcMessage): void {
    this.#message(message, "out");
  }

  received(message: JsonRpcMessage): void {
    this.#message(message, "in");
  }

  note(text: string, tone: NoteEntry["tone"] = "plain"): void {
    this.#add({ kind: "note", id: ++this.#lastId, at: this.#now(), tone, text });
  }

  clear(): void {
    this.#entries = [];
    for (const watcher of this.#watchers) watcher.cleared();
  }

  #message(message: JsonRpcMessage, direction: Direction): void {
    const at = this.#now();
    const base = { kind: "message", id: ++this.#lastId, at, direction, message } as const;
    if ("method" in message) {
      const { method } = message;
      if ("id" in message) this.#remember(direction, String(message.id), { method, at });
      this.#add({ ...base, shape: "id" in message ? "request" : "notification", method });
      return;
    }
    const asked = this.#asked[direction === "in" ? "out" : "in"];
    const id = String(message.id);
    const request = asked.get(id);
    asked.delete(id);
    const shape = "error" in message ? "error" : "result";
    const ms = request && { ms: at - request.at };
    this.#add({ ...base, shape, method: request?.method ?? "", ...ms });
  }

  #remember(direction: Direction, id: string, asked: Asked): void {
    const known = this.#asked[direction];
    known.set(id, asked);
    const [oldest] = known.keys();
    if (known.size > MAX_ASKED && oldest !== undefined) known.delete(oldest);
  }

  #add(entry: WireEntry): void {
    this.#entries.push(entry);
    const dropped = Math.max(0, this.#entries.length - this.#limit);
    if (dropped > 0) this.#entries.splice(0, dropped);
    for (const watcher of this.#watchers) watcher.added(entry, dropped);
  }
}

interface Asked {
  readonly method: string;
  readonly at: number;
}
