import type { ExtensionHost } from "../../extension/server.js";
import { InvalidParamsError } from "../../jsonrpc/errors.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { decodeCursor, encodeCursor } from "../../protocol/cursor.js";
import { BusyError } from "../../protocol/errors.js";
import type { Records } from "../../state/contract.js";
import { InvalidArgumentError, LimitError } from "../../state/errors.js";
import type { Ending } from "./ending.js";
import type { TaskLimits } from "./options.js";
import { asJson, ended, recordOf, type Outcome, type TaskRecord } from "./record.js";
import { isTaskId } from "./task-id.js";

/** A task as it was last seen. */
export interface Known {
  readonly taskId: string;
  readonly record: TaskRecord;
  readonly version: string;
}

/** `kept`: there was nothing to change. */
export type Changed =
  | { readonly kind: "changed" | "kept"; readonly known: Known }
  | { readonly kind: "gone"; readonly known?: undefined };

export interface TaskPage {
  readonly taskIds: readonly string[];
  readonly nextCursor?: string;
}

const ALL = "towpath/tasks";
const LIST = "tasks";
const PAGE = 50;

/** How long there has to be time to fetch an outcome, in ms. */
const MIN_KEPT_MS = 60_000;

/** So much longer a value apart from its task is kept, in ms: it is there while the task is. */
const SLACK_MS = 1_000;

/** Writes of others that may come before one of ours. */
const MAX_CONFLICTS = 100;

// In braces, so that the records of one task are in one slot of Redis Cluster.
const [BEFORE, AFTER] = ["towpath/task/{", "}"];
const nameOf = (taskId: string): string => BEFORE + taskId + AFTER;
const valueNameOf = (taskId: string): string => `${nameOf(taskId)}/outcome`;
const ownerIndex = (owner: string): string => `${ALL}/of/${JSON.stringify(owner)}`;
const nodeIndex = (node: string): string => `${ALL}/on/${node}`;

/** Where tasks are. Whatever changes one replaces the version it has seen, and no other. */
export class TaskStore {
  readonly #host: Pick<ExtensionHost, "state">;
  readonly #limits: TaskLimits;

  constructor(host: Pick<ExtensionHost, "state">, limits: TaskLimits) {
    this.#host = host;
    this.#limits = limits;
  }

  /**
   * @param apart the value of its outcome, where it has ended and that is not in the record
   * @throws BusyError when there is no room for it
   */
  async create(taskId: string, record: TaskRecord, apart?: JsonObject): Promise<Known> {
    const { maxTasks, maxTasksPerPrincipal } = this.#limits;
    const { owner, ttlMs } = record;
    const all = { index: ALL, count: maxTasks };
    const caps =
      owner === undefined ? [all] : [all, { index: ownerIndex(owner), count: maxTasksPerPrincipal }];
    const options = { ttlMs, indexes: indexesOf(record), atMost: caps };
    const created = await this.#records.create(nameOf(taskId), asJson(record), options).catch(noRoom);
    if (created.outcome === "created") {
      // After the task, so that nothing is kept of one that is refused.
      if (apart !== undefined) await this.#keepApart(taskId, apart, ttlMs);
      return { taskId, record, version: created.version };
    }
    if (created.outcome === "exists") throw new Error("A task has this id already");
    throw new BusyError(
      created.index === ALL
        ? `${String(maxTasks)} tasks are kept already; send it again when some have expired`
        : `${String(maxTasksPerPrincipal)} tasks of yours are kept already; send it again when some have expired`,
    );
  }

  async read(taskId: string): Promise<Known | undefined> {
    const found = isTaskId(taskId) ? await this.#records.get(nameOf(taskId)) : undefined;
    return found && { taskId, record: recordOf(found.value), version: found.version };
  }

  /** The same with the value of its outcome, wherever that is. */
  async complete(known: Known): Promise<Known> {
    const { outcome } = known.record;
    if (outcome === undefined || outcome.kind === "cancelled" || outcome.value !== undefined) return known;
    const value = (await this.#records.get(valueNameOf(known.taskId)))?.value;
    if (value === undefined) return known;
    const whole = { ...outcome, value } as unknown as Outcome; // as `end` has put it there
    return { ...known, record: { ...known.record, outcome: whole } };
  }

  /**
   * Changes a task as it is now, which may be otherwise than it was seen.
   * @param apply gives the record to come, or `undefined` where it is to stay
   */
  async change(
    known: Known,
    apply: (record: TaskRecord) => TaskRecord | undefined,
    options: { readonly ttlMs?: number } = {},
  ): Promise<Changed> {
    let [seen, conflicts]: [Known | undefined, number] = [known, 0];
    while (seen !== undefined) {
      const record = apply(seen.record);
      if (record === undefined) return { kind: "kept", known: seen };
      const { taskId, version: ifVersion } = seen;
      // Only what runs is under its node: whoever looks after the tasks of a node that is gone finds no others.
      const indexes = record.outcome === undefined ? undefined : indexesOf(record);
      const how = { ifVersion, indexes, ...options };
      const version = await this.#records.replace(nameOf(taskId), asJson(record), how);
      if (version !== undefined) return { kind: "changed", known: { taskId, record, version } };
      if (++conflicts > MAX_CONFLICTS) throw new BusyError("Too many change this task at the same time");
      seen = await this.read(taskId);
    }
    return { kind: "gone" };
  }

  /**
   * Ends a task that has not ended, and keeps its outcome for long enough to be fetched.
   * @param leftMs how long it is kept in any case
   */
  async end(
    known: Known,
    { outcome, message, apart }: Ending,
    leftMs = leftOf(known.record),
  ): Promise<Changed> {
    const now = Date.now();
    const late = leftMs < MIN_KEPT_MS && outcome.kind !== "cancelled";
    const keptMs = Math.max(leftMs, MIN_KEPT_MS);
    const valueName = valueNameOf(known.taskId);
    if (apart !== undefined) await this.#records.set(valueName, apart, { ttlMs: keptMs + SLACK_MS });
    const apply = (record: TaskRecord): TaskRecord | undefined => {
      const done = ended(record, outcome, message, now);
      return late && done !== undefined ? { ...done, ttlMs: now - done.createdAt + keptMs } : done;
    };
    const changed = await this.change(known, apply, late ? { ttlMs: keptMs } : {});
    // Ended in another way meanwhile, or by this write, whose confirmation was lost.
    if (apart !== undefined && !refersElsewhere(changed.known)) await this.#records.delete(valueName);
    return changed;
  }

  /** Whoever has no more of it forgets it: a task that was not begun. */
  async forget(taskId: string): Promise<void> {
    await this.#records.delete(nameOf(taskId));
  }

  /** @throws InvalidParamsError for a cursor that is not of this list */
  async ofOwner(owner: string, cursor: string | undefined): Promise<TaskPage> {
    const after = cursor === undefined ? undefined : decodeCursor(LIST, cursor)["after"];
    if (after !== undefined && typeof after !== "string") throw unknownCursor();
    return this.#page(ownerIndex(owner), after).catch((error: unknown) => {
      throw error instanceof InvalidArgumentError ? unknownCursor() : error;
    });
  }

  /** All that run on a node, page by page. */
  async *onNode(node: string): AsyncGenerator<readonly string[]> {
    let after: string | undefined;
    do {
      const page = await this.#records.list(nodeIndex(node), { after, limit: PAGE });
      yield page.ids.map(idOf);
      after = page.next;
    } while (after !== undefined);
  }

  async #keepApart(taskId: string, value: JsonObject, ttlMs: number): Promise<void> {
    try {
      await this.#records.set(valueNameOf(taskId), value, { ttlMs: ttlMs + SLACK_MS }).catch(noRoom);
    } catch (error) {
      await this.forget(taskId).catch(() => undefined); // it expires
      throw error;
    }
  }

  /** A server that keeps nothing yet has no state before it is asked for. */
  get #records(): Records {
    return this.#host.state.records;
  }

  async #page(index: string, after: string | undefined): Promise<TaskPage> {
    const { ids, next } = await this.#records.list(index, { after, limit: PAGE });
    const taskIds = ids.map(idOf);
    return next === undefined
      ? { taskIds }
      : { taskIds, nextCursor: encodeCursor(LIST, { place: 0, after: next }) };
  }
}

function indexesOf({ owner, node, outcome }: TaskRecord): readonly string[] {
  const indexes = owner === undefined ? [ALL] : [ALL, ownerIndex(owner)];
  return node === undefined || outcome !== undefined ? indexes : [...indexes, nodeIndex(node)];
}

function idOf(name: string): string {
  return name.slice(BEFORE.length, -AFTER.length);
}

/** How long a task is kept, in ms, as far as clocks agree. */
export function leftOf({ createdAt, ttlMs }: TaskRecord): number {
  return Math.max(createdAt + ttlMs - Date.now(), 1);
}

function refersElsewhere(known: Known | undefined): boolean {
  const outcome = known?.record.outcome;
  return outcome !== undefined && outcome.kind !== "cancelled" && outcome.value === undefined;
}

function noRoom(error: unknown): never {
  if (error instanceof LimitError)
    throw new BusyError("There is no room for another task; send it again later");
  throw error;
}

function unknownCursor(): InvalidParamsError {
  return new InvalidParamsError("Invalid params: params.cursor was not given out by this list");
}
