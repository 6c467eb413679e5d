import type { Principal } from "../../contract/index.js";
import type { ExtensionHost, MethodResult } from "../../extension/server.js";
import type { PreparedCall, ToolInfo } from "../../extension/tools.js";
import { InvalidParamsError, ProtocolError } from "../../jsonrpc/errors.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { BusyError, ShuttingDownError, TowpathErrorCode } from "../../protocol/errors.js";
import { stringField } from "../../protocol/fields.js";
import { byteLength } from "../../state/values.js";
import { TASK_NOTIFICATION } from "../wire.js";
import { CANCELLED, failureEnding, NODE_GONE, resultEnding, SHUT_DOWN, type Ending } from "./ending.js";
import { Followers, GOES_ON } from "./followers.js";
import { NodeWatch } from "./node-watch.js";
import { checkedTaskOptions, type TaskLimits, type TaskOptions } from "./options.js";
import { isAway, patienceFor, patiently } from "./patience.js";
import { answered, ended, type Answers, type Progress, type TaskRecord } from "./record.js";
import { RunningTask, type Surroundings } from "./running-task.js";
import { SharedReads } from "./shared-reads.js";
import { TaskStore, type Changed, type Known, type TaskPage } from "./store.js";
import { channelOfTask, newTaskId } from "./task-id.js";
import { checkToolTask, toolTaskOf } from "./tool-task.js";
import { Workplace } from "./workplace.js";

/** A notification about the progress of a task, as it is announced. */
export const PROGRESS_NOTIFICATION = "notifications/progress";

/** How long a server that ends waits for the state to know of its tasks, in ms. */
const CLOSE_MS = 1_000;

/** How long it is tried in the background to put something in order, in ms. */
const IN_BACKGROUND_MS = 60_000;

/** Handlers of tasks that have ended which may still be running, because they ignore their signal. */
const MAX_ABANDONED = 1_024;

/** Tasks that are read at a time. */
const AT_ONCE = 100;

/** What becomes a task. */
export interface NewTask {
  readonly tool: ToolInfo;
  readonly prepared: PreparedCall;
  readonly principal: Principal | undefined;
  /** Aborted when whoever asked for it gave up: nobody would ever know of the task. */
  readonly signal: AbortSignal;
  /** How long it is to be kept, in ms. Default: as its tool says. */
  readonly ttlMs?: number | undefined;
  /** Who is told of it outside of requests. */
  readonly told?: Pick<TaskRecord, "recipient" | "progressToken">;
}

/** A task as it began. */
export type Seed = Pick<Known, "taskId" | "record">;

type Run = Extract<PreparedCall, { readonly kind: "ready" }>["run"];

/** The tasks of a server, as both protocols have them. */
export class Tasks {
  readonly limits: TaskLimits;
  readonly store: TaskStore;
  readonly followers: Followers;
  readonly watch: NodeWatch;
  readonly #host: ExtensionHost;
  readonly #workplace: Workplace;
  readonly #running = new Map<string, RunningTask>();
  readonly #around: Surroundings;
  readonly #announced = new SharedReads(async ({ taskId }: JsonObject) =>
    typeof taskId === "string" ? this.store.read(taskId) : undefined,
  );
  readonly #announcedWhole = new SharedReads(async (params: JsonObject) => {
    const known = await this.#announced.get(params);
    return known && this.store.complete(known);
  });
  #offered = false;
  #closing = false;
  /** Called when nothing runs here any more. */
  #ranOut: (() => void) | undefined;
  /** Handlers that have not ended, those of tasks that have included. */
  #handlers = 0;

  /** @throws TypeError, RangeError for options that are not what they must be */
  constructor(host: ExtensionHost, options: TaskOptions | undefined) {
    this.#host = host;
    this.limits = checkedTaskOptions(options);
    this.store = new TaskStore(host, this.limits);
    this.followers = new Followers(host);
    this.watch = new NodeWatch(host.nodes, host.clock, (node) => {
      this.#inBackground(() => this.#endAllOf(node));
    });
    this.#workplace = new Workplace(host, {
      nudged: (taskId) => void this.#running.get(taskId)?.look(),
      missed: () => void this.#lookAtAll(),
    });
    this.#around = this.#surroundings();
  }

  /** Whether any tool is a task. */
  get offered(): boolean {
    return this.#offered;
  }

  /** @throws TypeError, RangeError for an option `task` that is not what it must be */
  registered(tool: ToolInfo): void {
    checkToolTask(tool);
    this.#offered ||= toolTaskOf(tool) !== undefined;
  }

  /**
   * Makes a task of a call. Settles when it is kept; its handler starts after that.
   * @throws BusyError when there are too many; ShuttingDownError; the reason when the signal is aborted
   */
  async create(asked: NewTask): Promise<Seed> {
    if (this.#closing) throw new ShuttingDownError();
    asked.signal.throwIfAborted();
    if (this.#handlers - this.#running.size >= MAX_ABANDONED) throw tooManyAbandoned();
    const { prepared } = asked;
    return prepared.kind === "ready"
      ? this.#createRunning(asked, prepared.run)
      : this.#createEnded(asked, prepared.result);
  }

  /**
   * The task that a request names, as it is.
   * @throws InvalidParamsError when the caller has no such task
   */
  async find(params: JsonObject, principal: Principal | undefined): Promise<Known> {
    const taskId = stringField(params, "taskId");
    const known = await this.own(taskId, principal);
    if (known !== undefined) return known;
    throw new InvalidParamsError("Task not found: there is none with this taskId, or it has expired");
  }

  /** The task, if there is such a one of the caller's. */
  async own(taskId: string, principal: Principal | undefined): Promise<Known | undefined> {
    const known = await this.store.read(taskId);
    if (known === undefined || known.record.owner !== principal?.id) return undefined;
    if (known.record.outcome === undefined) this.watch.touch(known.record.node);
    return known;
  }

  /**
   * The task that something was announced of, as it is: read once for all who are told of that at the same time, whosever
   * they are.
   * @param params the very ones that were heard
   */
  async announced(params: JsonObject | undefined): Promise<Known | undefined> {
    return params && this.#announced.get(params);
  }

  /** The same with the value of its outcome. */
  async announcedWhole(params: JsonObject | undefined): Promise<Known | undefined> {
    return params && this.#announcedWhole.get(params);
  }

  /** The tasks of a principal, a page at a time, as they are. */
  async ofOwner(
    principal: Principal,
    cursor: string | undefined,
  ): Promise<Pick<TaskPage, "nextCursor"> & { readonly tasks: readonly Known[] }> {
    const { taskIds, ...next } = await this.store.ofOwner(principal.id, cursor);
    const found = await Promise.all(taskIds.map((taskId) => this.own(taskId, principal)));
    return { ...next, tasks: found.filter((known) => known !== undefined) };
  }

  /**
   * Takes answers to what the task asks; others are left. Settles when they are kept.
   * @throws InvalidParamsError for more than may be kept until its handler takes them
   */
  async answer(known: Known, answers: Answers): Promise<void> {
    const changed = await this.store.change(known, (record) => {
      const next = answered(record, answers, Date.now());
      checkAnswers(next, this.limits.maxResultBytes);
      return next;
    });
    this.#changedFromOutside(changed);
  }

  /** Settles when the task is cancelled, or found to have ended. */
  async cancel(known: Known): Promise<Changed> {
    const changed = await this.store.end(known, CANCELLED);
    this.#changedFromOutside(changed);
    // Whoever cancelled it may not have come to say so where it runs.
    if (changed.kind === "kept" && changed.known.record.outcome?.kind === "cancelled")
      this.#workplace.nudge(changed.known.record.node, changed.known.taskId);
    return changed;
  }

  /**
   * Lets nothing begin. What runs here goes on until `until` is aborted, and is ended then. Settles soon after that in
   * any case.
   */
  async close(until: AbortSignal): Promise<void> {
    this.#closing = true;
    this.watch.close();
    await this.#nothingRuns(until);
    await this.#atMost(
      CLOSE_MS,
      [...this.#running.values()].map((task) => task.shutDown(SHUT_DOWN, shuttingDown())),
    );
    for (const task of this.#running.values()) task.stop(shuttingDown());
    await this.#workplace.close();
    this.#closing = false;
  }

  async #createRunning(asked: NewTask, run: Run): Promise<Seed> {
    const taskId = newTaskId(asked.told?.recipient);
    await this.#workplace.begin();
    try {
      const known = await this.store.create(taskId, this.#recordOf(asked, this.#workplace.node));
      asked.signal.throwIfAborted();
      this.#start(known, run);
      return known;
    } catch (error) {
      this.#workplace.ended();
      if (isAway(error) || asked.signal.aborted) this.#inBackground(() => this.store.forget(taskId)); // it may have been made all the same
      throw error;
    }
  }

  #start(known: Known, run: Run): void {
    const task = new RunningTask(known, this.#around);
    this.#running.set(known.taskId, task);
    if (this.#closing) {
      void task.shutDown(SHUT_DOWN, shuttingDown());
      return;
    }
    this.#handlers += 1;
    const begin = (): void => {
      void task.run(run).then(() => (this.#handlers -= 1));
    };
    // In a later turn: the client has its handle before the handler keeps this process busy.
    this.#host.clock.schedule(0, begin, { keepAlive: true });
  }

  /** What came to an end before its handler began is a task all the same, where one was asked for. */
  async #createEnded(asked: NewTask, result: MethodResult): Promise<Seed> {
    const [taskId, record] = [newTaskId(asked.told?.recipient), this.#recordOf(asked, undefined)];
    const { outcome, message, apart } = endingOf(result, asked.tool.name, this.limits.maxResultBytes);
    await this.store.create(taskId, ended(record, outcome, message, record.createdAt) ?? record, apart);
    return { taskId, record };
  }

  #recordOf({ tool, principal, told, ttlMs }: NewTask, node: string | undefined): TaskRecord {
    const of = toolTaskOf(tool);
    const now = Date.now();
    return {
      tool: tool.name,
      ...(principal !== undefined && { owner: principal.id }),
      ...told,
      ...(node !== undefined && { node }),
      createdAt: now,
      updatedAt: now,
      ttlMs: ttlMs ?? of?.ttlMs ?? this.limits.ttlMs,
      pollIntervalMs: of?.pollIntervalMs ?? this.limits.pollIntervalMs,
    };
  }

  /** A node is gone: what ran there never ends by itself. */
  async #endAllOf(node: string): Promise<void> {
    const end = async (taskId: string): Promise<void> => {
      const known = await this.store.read(taskId);
      if (known?.record.node === node) this.#changedFromOutside(await this.store.end(known, NODE_GONE));
    };
    // A page at a time: requests are served meanwhile.
    for await (const taskIds of this.store.onNode(node)) await Promise.all(taskIds.map(end));
  }

  #changedFromOutside({ kind, known }: Changed): void {
    if (kind !== "changed") return;
    const here = this.#running.get(known.taskId);
    if (here === undefined) this.#workplace.nudge(known.record.node, known.taskId);
    else here.see(known);
    this.#announce(known);
  }

  readonly #announce = ({ taskId, record }: Known): void => {
    const waits = record.outcome !== undefined || record.questions !== undefined;
    const about = { taskId, ...whomToTell(record), ...(!waits && GOES_ON) };
    this.#host.announce(TASK_NOTIFICATION, about, channelOfTask(taskId));
  };

  readonly #announceProgress = ({ taskId, record }: Known, progress: Progress): void => {
    const { progressToken } = record;
    if (progressToken === undefined) return;
    const about = { taskId, progressToken, ...progress };
    this.#host.announce(PROGRESS_NOTIFICATION, { ...about, ...whomToTell(record) }, channelOfTask(taskId));
  };

  readonly #report = (error: unknown): void => {
    this.#host.report(error);
  };

  /** Settles when all that runs here has ended, and when the signal is aborted in any case. */
  async #nothingRuns(until: AbortSignal): Promise<void> {
    if (this.#running.size === 0 || until.aborted) return;
    await new Promise<void>((resolve) => {
      this.#ranOut = resolve;
      until.addEventListener("abort", () => resolve(), { once: true });
    });
    this.#ranOut = undefined;
  }

  /** Settles when all of these have, and after so many ms in any case. */
  #atMost(ms: number, work: readonly Promise<void>[]): Promise<void> {
    return new Promise((resolve) => {
      const late = this.#host.clock.schedule(ms, resolve, { keepAlive: true });
      void Promise.all(work).then(() => {
        late.cancel();
        resolve();
      });
    });
  }

  /** Messages may have been missed: of which tasks, nobody knows. */
  async #lookAtAll(): Promise<void> {
    const all = [...this.#running.values()];
    for (let at = 0; at < all.length; at += AT_ONCE)
      await Promise.all(all.slice(at, at + AT_ONCE).map((task) => task.look()));
  }

  #inBackground(work: () => Promise<void>): void {
    patiently(work, patienceFor(this.#host.clock, IN_BACKGROUND_MS)).catch(this.#report);
  }

  #surroundings(): Surroundings {
    return {
      store: this.store,
      clock: this.#host.clock,
      maxBytes: this.limits.maxResultBytes,
      report: this.#report,
      changed: this.#announce,
      progressed: this.#announceProgress,
      over: (taskId) => {
        if (this.#running.delete(taskId)) this.#workplace.ended();
        if (this.#running.size === 0) this.#ranOut?.();
      },
    };
  }
}

function endingOf(result: MethodResult, tool: string, maxBytes: number): Ending {
  try {
    return resultEnding(result, tool, maxBytes);
  } catch (error) {
    return failureEnding(error);
  }
}

function tooManyAbandoned(): BusyError {
  return new BusyError(
    `${String(MAX_ABANDONED)} handlers of tasks that are over have not ended; this one was not begun`,
  );
}

/** @throws InvalidParamsError */
function checkAnswers(record: TaskRecord | undefined, maxBytes: number): void {
  const bytes = record?.answers === undefined ? 0 : byteLength(JSON.stringify(record.answers));
  if (bytes > maxBytes)
    throw new InvalidParamsError(
      `Invalid params: the answers that a task has not taken yet may have ${String(maxBytes)} bytes, not ${String(bytes)}`,
    );
}

/** What is announced of a task so that nobody else is told of it. */
function whomToTell({ recipient, owner }: TaskRecord): JsonObject {
  return { ...(recipient !== undefined && { recipient }), ...(owner !== undefined && { owner }) };
}

function shuttingDown(): ProtocolError {
  return new ProtocolError(TowpathErrorCode.shuttingDown, "The server is shutting down");
}
