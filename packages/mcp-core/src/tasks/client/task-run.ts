import type { Clock } from "../../protocol/clock.js";
import { unlessAborted } from "../../protocol/abort.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { unwatched } from "../../protocol/promises.js";
import type { Progress } from "../../protocol/types.js";
import { TERMINAL } from "../wire.js";
import { Alarm } from "./alarm.js";
import type { Seen } from "./seen.js";
import { Snapshots } from "./snapshots.js";
import type { TaskSnapshot } from "./types.js";

/** What the requests for a task go out with. */
export interface PollOptions {
  readonly timeoutMs?: number;
  readonly meta?: JsonObject;
}

export interface RunOptions {
  readonly id: string;
  readonly tool: string;
  readonly snapshot: TaskSnapshot;
  /** It was described just now, as its status tells: there is no need to ask yet. */
  readonly isFresh: boolean;
  readonly polls: PollOptions;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** How a task ended. */
export type Ending =
  | { readonly kind: "result"; readonly result: JsonObject }
  | { readonly kind: "error"; readonly error: Error };

/** Sees to a task in the way of one protocol until it has ended; rejects when that cannot be found out. */
export type Drive = (run: TaskRun, signal: AbortSignal) => Promise<Ending>;

interface Driving {
  readonly ending: Promise<Ending>;
  readonly stop: AbortController;
  /** Those who wait for it. */
  waiting: number;
  /** Its ending is known, which is kept for whoever waits next. */
  hasEnded: boolean;
}

/** A task of the server's as this client knows it; it is seen to while anybody waits for it. */
export class TaskRun {
  readonly id: string;
  readonly tool: string;
  readonly polls: PollOptions;
  readonly isFresh: boolean;
  /** Rings when there is something to look at. */
  readonly alarm: Alarm;
  /** Keys of questions whose answers the server has. */
  readonly answered = new Set<string>();
  /** By key, answers that may not have reached it. */
  readonly unsent = new Map<string, JsonValue>();
  /** The server was asked to end it. */
  isGivenUp = false;
  readonly #drive: Drive;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #watchers = new Set<Snapshots>();
  #snapshot: TaskSnapshot;
  #news: Seen | undefined;
  #driving: Driving | undefined;
  /** Rings when somebody begins to watch. */
  readonly watched: Alarm;

  constructor(clock: Clock, drive: Drive, { id, tool, snapshot, isFresh, polls, onProgress }: RunOptions) {
    this.id = id;
    this.tool = tool;
    this.polls = polls;
    this.isFresh = isFresh;
    this.alarm = new Alarm(clock);
    this.watched = new Alarm(clock);
    this.#drive = drive;
    this.#onProgress = onProgress;
    this.#snapshot = snapshot;
  }

  get snapshot(): TaskSnapshot {
    return this.#snapshot;
  }

  get isOver(): boolean {
    return TERMINAL.has(this.#snapshot.status);
  }

  /** Somebody waits for its end. */
  get isWanted(): boolean {
    return this.#driving !== undefined && !this.#driving.hasEnded;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** Takes what was told unasked; whoever sees to the task looks at it next. */
  tell(seen: Seen): void {
    // Without its result there is nothing to look at: it is asked for.
    const isWhole = seen.snapshot.status !== "completed" || seen.result !== undefined;
    this.#news = isWhole ? seen : undefined;
    this.take(seen.snapshot);
    this.alarm.ring();
  }

  /** What was told since it was last looked at. */
  takeNews(): Seen | undefined {
    const news = this.#news;
    this.#news = undefined;
    return news;
  }

  /** Takes what is known now. A task that has ended changes no more. */
  take(next: TaskSnapshot): void {
    if (this.isOver) return;
    const before = this.#snapshot;
    if (isOlder(next, before)) return;
    const progress = further(next.progress, before.progress);
    this.#snapshot = progress === undefined ? next : { ...next, progress };
    if (JSON.stringify(before) === JSON.stringify(this.#snapshot)) return;
    for (const watcher of this.#watchers) watcher.add(this.#snapshot);
    if (progress !== undefined && progress.progress !== before.progress?.progress) this.#progressed(progress);
  }

  /** Takes progress that was told apart. */
  progressed(progress: Progress): void {
    this.take({ ...this.#snapshot, progress });
  }

  /** Waits for the result. */
  async result(signal?: AbortSignal): Promise<JsonObject> {
    const driving = this.#want();
    try {
      const ending = await unlessAborted(driving.ending, signal);
      if (ending.kind === "error") throw ending.error;
      return ending.result;
    } finally {
      this.#leave(driving);
    }
  }

  async *updates(signal?: AbortSignal): AsyncGenerator<TaskSnapshot, void, undefined> {
    const snapshots = new Snapshots();
    snapshots.add(this.#snapshot);
    if (this.isOver) {
      yield this.#snapshot;
      return;
    }
    this.#watchers.add(snapshots);
    if (this.#driving !== undefined && this.#watchers.size === 1) this.watched.ring();
    const driving = this.#want();
    driving.ending.then(
      () => {
        snapshots.end("ended");
      },
      (error: unknown) => {
        snapshots.end({ error });
      },
    );
    try {
      for (;;) {
        const next = await unlessAborted(snapshots.next(), signal);
        if (next === undefined) return;
        yield next;
      }
    } finally {
      this.#watchers.delete(snapshots);
      this.#leave(driving);
    }
  }

  #want(): Driving {
    const driving = (this.#driving ??= this.#begin());
    driving.waiting += 1;
    return driving;
  }

  #begin(): Driving {
    const stop = new AbortController();
    const ending = unwatched(unlessAborted(this.#drive(this, stop.signal), stop.signal));
    const driving: Driving = { ending, stop, waiting: 0, hasEnded: false };
    ending.then(
      () => {
        driving.hasEnded = true;
      },
      () => {
        // Whoever waits next tries again.
        if (this.#driving === driving) this.#driving = undefined;
      },
    );
    return driving;
  }

  /** A task that is said to have ended is still asked for until its result is there. */
  #leave(driving: Driving): void {
    driving.waiting -= 1;
    if (driving.waiting > 0 || driving !== this.#driving || driving.hasEnded) return;
    this.#driving = undefined;
    driving.stop.abort(new DOMException("Nobody waits for the task any more", "AbortError"));
  }

  #progressed(progress: Progress): void {
    try {
      this.#onProgress?.(progress);
    } catch (error) {
      this.#driving?.stop.abort(error); // its caller's own failure
    }
  }
}

/** What was asked for may come after what was told later. */
function isOlder(next: TaskSnapshot, before: TaskSnapshot): boolean {
  return !TERMINAL.has(next.status) && Date.parse(next.lastUpdatedAt) < Date.parse(before.lastUpdatedAt);
}

function further(next: Progress | undefined, before: Progress | undefined): Progress | undefined {
  if (next === undefined || before === undefined) return next ?? before;
  return next.progress < before.progress ? before : next;
}
