import type { DetachedHost, PreparedCall } from "../../extension/tools.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import type { Clock, Scheduled } from "../../protocol/clock.js";
import { unwatched } from "../../protocol/promises.js";
import type { InputRequest } from "../../protocol/question-types.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { LimitError, StateClosedError } from "../../state/errors.js";
import { byteLength } from "../../state/values.js";
import { failureEnding, refusedEnding, resultEnding, type Ending } from "./ending.js";
import { OpenQuestions } from "./open-questions.js";
import { isAway, patiently, type Patience } from "./patience.js";
import { ProgressTeller } from "./progress-teller.js";
import { asked, progressed, withoutAnswers } from "./record.js";
import type { Answers, Progress, TaskRecord } from "./record.js";
import type { Known, TaskStore } from "./store.js";

/** What a task that runs needs of the server. */
export interface Surroundings {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly maxBytes: number;
  readonly report: (error: unknown) => void;
  /** A task became something else. */
  readonly changed: (known: Known) => void;
  readonly progressed: (known: Known, progress: Progress) => void;
  /** Nothing of it runs here any more. */
  readonly over: (taskId: string) => void;
}

/** A handler, ready to be run. */
export type Run = Extract<PreparedCall, { readonly kind: "ready" }>["run"];

const NOTHING: Promise<unknown> = Promise.resolve();

/** Bytes of answers that were taken up to which they are left in the record until it is written next. */
const MAX_LEFT = 16_384;

/** A task whose handler runs on this node: its way to the client is the record that all nodes share. */
export class RunningTask implements DetachedHost {
  readonly #around: Surroundings;
  readonly #abort = new AbortController();
  readonly #due: number;
  readonly #expiry: Scheduled;
  #known: Known;
  #state: "running" | "over" = "running";
  /** Reads and writes of the record follow one another: none goes by an older version than the one before. */
  #last = NOTHING;
  #looking = false;
  #questions: OpenQuestions | undefined;
  #teller: ProgressTeller | undefined;

  constructor(known: Known, around: Surroundings) {
    this.#known = known;
    this.#around = around;
    const { ttlMs } = known.record;
    this.#due = around.clock.now() + ttlMs;
    this.#expiry = around.clock.schedule(ttlMs, () => {
      this.stop(
        new DOMException(`The task was kept for ${String(ttlMs)} ms, and its time is up`, "TimeoutError"),
      );
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Runs the handler. Settles when that and the task have ended; never rejects. */
  async run(run: Run): Promise<void> {
    if (this.#isOver()) return;
    const ending = await this.#endingOf(run);
    if (!this.#isOver()) await this.end(ending);
  }

  /** Ends the task in this way, unless it has ended. Settles when that is kept; never rejects. */
  async end(ending: Ending): Promise<void> {
    const untold = this.#teller?.stop();
    if (untold !== undefined) this.#around.progressed(this.#known, untold);
    const { store, changed, report } = this.#around;
    let tries = 0;
    const write = async (how: Ending): Promise<void> => {
      tries += 1;
      const done = await store.end(this.#known, how, Math.max(this.#due - this.#around.clock.now(), 1));
      // An earlier try may have ended it, of which nobody was told.
      if (done.kind === "changed" || (done.kind === "kept" && tries > 1)) changed(done.known);
    };
    try {
      await this.#inTurn(() =>
        patiently(() => write(ending), this.#patience()).catch((error: unknown) => {
          if (this.#isOver() || error instanceof StateClosedError) throw error;
          report(error);
          const refused = refusedEnding(`The result of the task could not be kept: ${messageOf(error)}`);
          return patiently(() => write(refused), this.#patience(isPassing));
        }),
      );
    } catch (error) {
      report(error);
    }
    this.#finish(hasEnded());
  }

  /** The server serves no more. */
  async shutDown(ending: Ending, reason: Error): Promise<void> {
    const done = this.end(ending);
    this.#abort.abort(reason);
    await done;
  }

  /** It ended without its handler, which is told why. */
  stop(reason: Error): void {
    if (this.#isOver()) return;
    this.#finish(reason);
    this.#abort.abort(reason);
  }

  /** Its record may have been changed by others. Settles when it was read; never rejects. */
  async look(): Promise<void> {
    if (this.#looking || this.#isOver()) return;
    this.#looking = true;
    const { store } = this.#around;
    await this.#inTurn(async () => {
      this.#looking = false;
      if (this.#isOver()) return;
      this.see(await patiently(() => store.read(this.#known.taskId), this.#patience()));
    }).catch(this.#report);
  }

  /** Its record was seen to be this. An older one than the newest does no harm: what goes by it is tried again. */
  see(known: Known | undefined): void {
    if (this.#isOver()) return;
    if (known === undefined) {
      this.stop(new DOMException("The task is no longer kept", "AbortError"));
    } else if (known.record.outcome !== undefined) {
      const { kind } = known.record.outcome;
      const how = kind === "cancelled" ? "was cancelled" : "was ended by another node";
      this.stop(new DOMException(`The task ${how}`, "AbortError"));
    } else {
      this.#known = known;
      const { answers } = known.record;
      if (answers !== undefined) this.#take(answers);
    }
  }

  ask(key: string, request: InputRequest): Promise<JsonObject> {
    if (this.#isOver()) return unwatched(Promise.reject(hasEnded()));
    this.#questions ??= new OpenQuestions(this.#around.clock, () => void this.look());
    return unwatched(this.#ask(this.#questions, this.#questions.unused(key), request));
  }

  progress(progress: number, total: number | undefined, message: string | undefined): Promise<void> {
    if (this.#isOver()) return Promise.resolve();
    this.#teller ??= new ProgressTeller(this.#around.clock, (told) => this.#tell(told));
    const numbers = total === undefined ? { progress } : { progress, total };
    this.#teller.take(message === undefined ? numbers : { ...numbers, message });
    return Promise.resolve();
  }

  /** Tasks have no way for log messages to the client (Tasks extension, Task Status Notifications). */
  log(): void {
    // goes nowhere
  }

  async #endingOf(run: Run): Promise<Ending> {
    const { maxBytes, report } = this.#around;
    try {
      const result = await run(this);
      try {
        return resultEnding(result, this.#known.record.tool, maxBytes);
      } catch (error) {
        report(error);
        return error instanceof RangeError ? refusedEnding(error.message) : failureEnding(error);
      }
    } catch (error) {
      const ending = failureEnding(error);
      // What comes of having been aborted is nothing that its author could mend.
      if (!(error instanceof ProtocolError) && !this.signal.aborted) report(error);
      return ending;
    }
  }

  async #ask(questions: OpenQuestions, key: string, request: InputRequest): Promise<JsonObject> {
    this.signal.throwIfAborted();
    const answer = questions.open(key, request.method);
    try {
      await this.#change((record) => {
        const next = asked(record, key, request, Date.now());
        checkQuestions(next, this.#around.maxBytes);
        return next;
      });
    } catch (error) {
      questions.drop(key);
      throw error;
    }
    return answer;
  }

  async #tell(progress: Progress): Promise<void> {
    this.#around.progressed(this.#known, progress);
    await this.#change((record) => progressed(record, progress, Date.now())).catch(this.#report);
  }

  async #change(apply: (record: TaskRecord) => TaskRecord | undefined): Promise<void> {
    const { store, changed } = this.#around;
    await this.#inTurn(async () => {
      if (this.#isOver()) return;
      const left = (record: TaskRecord): TaskRecord | undefined => {
        const next = apply(record);
        return next && withoutAnswers(next, (key) => this.#questions?.isOpen(key) !== true);
      };
      const done = await patiently(() => store.change(this.#known, left), this.#patience());
      if (done.kind === "changed") changed(done.known);
      this.see(done.known);
    });
  }

  #take(answers: Answers): void {
    const taken = this.#questions?.take(answers) === true;
    // Every poll reads the record.
    if (taken && byteLength(JSON.stringify(answers)) > MAX_LEFT)
      this.#change((record) => (record.answers === undefined ? undefined : record)).catch(this.#report);
  }

  #finish(reason: Error): void {
    if (this.#isOver()) return;
    this.#state = "over";
    this.#expiry.cancel();
    this.#teller?.stop();
    this.#questions?.end(reason);
    this.#around.over(this.#known.taskId);
  }

  #patience(passing = isAway): Patience {
    return { clock: this.#around.clock, goesOn: () => !this.#isOver(), passing };
  }

  /** What fails once the task has ended matters to nobody. */
  readonly #report = (error: unknown): void => {
    if (!this.#isOver()) this.#around.report(error);
  };

  #isOver(): boolean {
    return this.#state === "over";
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function hasEnded(): DOMException {
  return new DOMException("The task has ended", "AbortError");
}

function isPassing(error: unknown): boolean {
  return isAway(error) || error instanceof LimitError;
}

/** @throws RangeError for more than may be open at a time */
function checkQuestions(record: TaskRecord | undefined, maxBytes: number): void {
  const bytes = record === undefined ? 0 : byteLength(JSON.stringify(record.questions));
  if (bytes > maxBytes)
    throw new RangeError(
      `The open questions of a task may have ${String(maxBytes)} bytes, not ${String(bytes)}: raise maxResultBytes of ` +
        "the server's option tasks, or ask for less at a time",
    );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
