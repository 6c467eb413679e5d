import { CursorLostError, LimitError, LogClosedError, UnknownLogError } from "@towpath/mcp-core/state";

export type Phase = "open" | "closed" | "gone";

const PHASES: readonly Phase[] = ["open", "closed", "gone"];

/** How a log was at the moment of a reply or a message. */
export interface Sight {
  /** Tells the log from earlier ones of its name. */
  readonly start: string;
  /** Number of the newest entry. */
  readonly last: number;
  /** Token of the exclusive reader that took the log last. */
  readonly token: number;
  readonly phase: Phase;
  /** Milliseconds until it is gone if nothing is appended. */
  readonly ttlMs: number;
}

export interface Entry {
  readonly number: number;
  readonly data: string;
}

/** An entry, and the number of the one before it, trimmed or not. */
export interface News extends Entry {
  readonly before: number;
}

export interface Reply extends Sight {
  /** Nothing was appended, because of the key. */
  readonly known: boolean;
  /** Of an append, the entry's number; of a read, where that begins. */
  readonly number: number;
  /** Of an append, the number before; of a read, the numbers and texts of a page. */
  readonly rest: readonly unknown[];
}

/** What a script of logs gave. Throws the error that it tells of. */
export function parseReply(log: string, raw: unknown): Reply {
  // The scripts of this package give nothing else.
  const [status, start, last, token, phase, ttl, number] = raw as [string, string, ...number[]];
  if (status === "unknown") throw new UnknownLogError(log);
  if (status === "closed") throw new LogClosedError(log);
  if (status === "lost") throw new CursorLostError(log);
  if (status === "large") throw new LimitError("maxBytes", Number(start));
  return {
    ...sight(start, last, token, phase, ttl),
    known: status === "known",
    number: Number(number),
    // As above.
    rest: (raw as unknown[]).slice(7),
  };
}

/** The entries that a reply to a read holds. */
export function entriesOf({ rest }: Reply): readonly Entry[] {
  const entries: Entry[] = [];
  for (let i = 0; i < rest.length; i += 2)
    entries.push({ number: Number(rest[i]), data: String(rest[i + 1]) });
  return entries;
}

export interface Message extends Sight {
  /** Which followed log of this node it is for. */
  readonly handle: string;
  /** The newest entry, where it was appended just now and is small. */
  readonly news: News | undefined;
}

const MESSAGE = /^(\d+) (\d+) (\d+) (\d+) ([012]) (-?\d+)(?: (\d+) |$)/;

/** What a script published for this node; `undefined` for what no script of this package sends. */
export function parseMessage(text: string): Message | undefined {
  const found = MESSAGE.exec(text);
  if (found === null) return undefined;
  const [head, handle = "", start = "", last, token, phase, ttl, before] = found;
  const news =
    before === undefined
      ? undefined
      : { before: Number(before), number: Number(last), data: text.slice(head.length) };
  return { handle, news, ...sight(start, last, token, phase, ttl) };
}

function sight(start: string, last: unknown, token: unknown, phase: unknown, ttl: unknown): Sight {
  const ttlMs = Number(ttl);
  return {
    start,
    last: Number(last),
    token: Number(token),
    phase: PHASES[Number(phase)] ?? "open",
    ttlMs: ttlMs < 0 ? Infinity : ttlMs,
  };
}

const CURSOR = /^(0|[1-9]\d{0,14})-(0|[1-9]\d{0,15})$/;

/** The start and number that a cursor is made of; `undefined` if it is none. */
export function parseCursor(cursor: string): readonly [start: string, number: string] | undefined {
  const [, start, number] = CURSOR.exec(cursor) ?? [];
  return start === undefined || number === undefined ? undefined : [start, number];
}

export function cursorOf(start: string, number: number): string {
  return `${start}-${String(number)}`;
}
