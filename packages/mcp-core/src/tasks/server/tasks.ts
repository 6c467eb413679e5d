import type { Principal } from "../../contract/index.js";
import type { ExtensionHost, MethodResult } from "../../extension/server.js";
import type { PreparedCall, ToolInfo } from "../../extension/tools.js";
import { InvalidParamsError } from "../../jsonrpc/errors.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { stringField } from "../../protocol/fields.js";
import { byteLength } from "../../state/values.js";
import { Announcer } from "./announcer.js";
import { CANCELLED, failureEnding, NODE_GONE, resultEnding, type Ending } from "./ending.js";
import { Followers } from "./followers.js";
import { LocalTasks } from "./local-tasks.js";
import { NodeWatch } from "./node-watch.js";
import { checkedTaskOptions, type TaskLimits, type TaskOptions } from "./options.js";
import { inBackground } from "./patience.js";
import { answered, ended, type Answers, type TaskRecord } from "./record.js";
import { SharedReads } from "./shared-reads.js";
import { TaskStore, type Changed, type Known, type TaskPage } from "./store.js";
import { newTaskId } from "./task-id.js";
import { checkToolTask, toolTaskOf } from "./tool-task.js";

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

/** The tasks of a server, as both protocols have them. */
export class Tasks {
  readonly limits: TaskLimits;
  readonly store: TaskStore;
  readonly followers: Followers;
  readonly watch: NodeWatch;
  readonly #announcer: Announcer;
  readonly #local: LocalTasks;
  readonly #announced = new SharedReads(async ({ taskId }: JsonObject) =>
    typeof taskId === "string" ? this.store.read(taskId) : undefined,
  );
  readonly #announcedWhole = new SharedReads(async (params: JsonObject) => {
    const known = await this.#announced.get(params);
    return known && this.store.complete(known);
  });
  #offered = false;

  /** @throws TypeError, RangeError for options that are not what they must be */
  constructor(host: ExtensionHost, options: TaskOptions | undefined) {
    this.limits = checkedTaskOptions(options);
    this.store = new TaskStore(host, this.limits);
    this.followers = new Followers(host);
    this.watch = new NodeWatch(host.nodes, host.clock, (node) => {
      inBackground(host, () => this.#endAllOf(node));
    });
    this.#announcer = new Announcer(host);
    this.#local = new LocalTasks(host, this.store, this.#announcer, this.limits.maxResultBytes);
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
    this.#local.checkRoom();
    asked.signal.throwIfAborted();
    const { prepared, signal } = asked;
    const taskId = newTaskId(asked.told?.recipient);
    if (prepared.kind === "answered") return this.#createEnded(taskId, asked, prepared.result);
    const record = (node: string | undefined): TaskRecord => this.#recordOf(asked, node);
    return this.#local.create({ taskId, record, signal, run: prepared.run });
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
      this.#local.nudge(changed.known);
    return changed;
  }

  /**
   * Lets nothing begin. What runs here goes on until `until` is aborted, and is ended then. Settles soon after that in
   * any case.
   */
  async close(until: AbortSignal): Promise<void> {
    this.watch.close();
    await this.#local.close(until);
  }

  /** What came to an end before its handler began is a task all the same, where one was asked for. */
  async #createEnded(taskId: string, asked: NewTask, result: MethodResult): Promise<Seed> {
    const record = this.#recordOf(asked, undefined);
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
    this.#local.changed(known);
    this.#announcer.changed(known);
  }
}

function endingOf(result: MethodResult, tool: string, maxBytes: number): Ending {
  try {
    return resultEnding(result, tool, maxBytes);
  } catch (error) {
    return failureEnding(error);
  }
}

/** @throws InvalidParamsError */
function checkAnswers(record: TaskRecord | undefined, maxBytes: number): void {
  const bytes = record?.answers === undefined ? 0 : byteLength(JSON.stringify(record.answers));
  if (bytes > maxBytes)
    throw new InvalidParamsError(
      `Invalid params: the answers that a task has not taken yet may have ${String(maxBytes)} bytes, not ${String(bytes)}`,
    );
}
