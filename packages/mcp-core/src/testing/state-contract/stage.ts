import assert from "node:assert/strict";
import type { LogReader, State } from "../../state/contract.js";
import type { StateErrorCode } from "../../state/errors.js";

/**
 * What the contract runs against: a state, or one with a second node on the same storage, or with a
 * clock of its own, which `advance` moves on by that many milliseconds.
 */
export type StateSource =
  | State
  | {
      readonly state: State;
      readonly peer?: State;
      readonly advance?: (ms: number) => void | Promise<void>;
    };

export type Cases = Readonly<Record<string, (stage: Stage) => Promise<void>>>;

/** What a case works with. */
export interface Stage {
  readonly state: State;
  /** The second node, or the first one again where there is none. */
  readonly peer: State;
  /** A time to live that runs out within the case. */
  readonly shortMs: number;
  /** A name that no other case and no other run uses. */
  readonly unique: (label?: string) => string;
  /** Waits, letting time pass, until `check` gives true. */
  readonly until: (check: () => Promise<boolean>) => Promise<void>;
  /** Lets time pass until the promise settles. */
  readonly elapse: <T>(promise: Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** A time to live that does not run out within a case. */
export const LONG_MS = 3_600_000;

/** Strings that break stores made of plain objects, or of names joined with separators. */
export const ODD_NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "",
  " ",
  "a:b",
  "{a}b",
  "a*?[b]",
  "a\nb\0",
  "ü€😀",
];

const POLL_MS = 10;

export function openStage(source: StateSource, shortMs: number): Stage {
  const { state, peer, advance } = "state" in source ? source : { state: source };
  let open = true;
  const pass = async (): Promise<void> => {
    // A case that timed out must not go on in the background.
    assert(open, "the case is over");
    await advance?.(shortMs);
    await new Promise((resolve) => setTimeout(resolve, advance ? 0 : POLL_MS));
  };
  return {
    state,
    peer: peer ?? state,
    shortMs,
    unique: (label = "x") => `${label}-${crypto.randomUUID()}`,
    async until(check) {
      while (!(await check())) await pass();
    },
    async elapse(promise) {
      const progress = { settled: false };
      const settle = (): void => void (progress.settled = true);
      promise.then(settle, settle);
      while (!progress.settled) await pass();
      return promise;
    },
    async close() {
      open = false;
      await Promise.all([state.close(), peer?.close()]);
    },
  };
}

/** Asserts that the promise rejects with a `StateError` of this code. */
export async function rejects(promise: Promise<unknown>, code: StateErrorCode): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert(error instanceof Error, "a rejection must be an Error");
    assert.equal("code" in error ? error.code : undefined, code, error.message);
    return true;
  });
}

/** The data of the next `count` entries. */
export async function take(reader: LogReader, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const step = await reader.next();
    assert(step.done !== true, `the log ended after ${String(taken.length)} of ${String(count)} entries`);
    taken.push(step.value.data);
  }
  return taken;
}

/** The data of all entries up to the end of the iteration. */
export async function drain(reader: LogReader): Promise<string[]> {
  const all: string[] = [];
  for await (const { data } of reader) all.push(data);
  return all;
}

/** How many of the values satisfy the predicate. */
export function countOf<T>(values: readonly T[], predicate: (value: T) => boolean): number {
  return values.filter(predicate).length;
}

/** `make(0)` to `make(count - 1)`, all started before any is awaited. */
export function race<T>(count: number, make: (turn: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, turn) => make(turn)));
}
