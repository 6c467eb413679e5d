import { asProtocolError } from "../../../protocol/as-protocol-error.js";
import type { ClientExtensionHost, ServedContext } from "../../../extension/client.js";
import { InvalidParamsError, ProtocolError } from "../../../jsonrpc/errors.js";
import { describe, isObject } from "../../../jsonrpc/guards.js";
import type { JsonObject } from "../../../jsonrpc/messages.js";
import { unlessAborted } from "../../../protocol/abort.js";
import { BusyError } from "../../../protocol/errors.js";
import { TASK_STATUS_NOTIFICATION } from "../../wire.js";
import { ReceivedTask } from "./received-task.js";

/** Tasks that have not expired; when there are so many, those whose results were fetched give way. */
export const MAX_RECEIVED_TASKS = 100;
/** How long a task is kept, in ms: where the server asks for nothing else, and at most. */
export const MAX_RECEIVED_TTL_MS = 3_600_000;

type Serve = (params: JsonObject, ctx: ServedContext) => Promise<JsonObject> | JsonObject;

/** Questions of a server of 2025-11-25 that are answered as tasks (2025-11-25, Tasks). */
export class ReceivedTasks {
  readonly #host: ClientExtensionHost;
  readonly #tasks = new Map<string, ReceivedTask>();
  readonly #methods: Readonly<Record<string, Serve>> = {
    "tasks/get": (params) => this.#find(params).toJSON(),
    "tasks/result": (params, { signal }) => this.#result(this.#find(params), signal),
    "tasks/cancel": (params) => this.#cancel(this.#find(params)),
    "tasks/list": (params) => this.#list(params),
  };

  constructor(host: ClientExtensionHost) {
    this.#host = host;
    host.closing.addEventListener("abort", () => {
      for (const task of this.#tasks.values()) task.expired();
      this.#tasks.clear();
    });
  }

  async serve(method: string, params: JsonObject, ctx: ServedContext): Promise<JsonObject> {
    ctx.signal.throwIfAborted();
    const serve = this.#methods[method];
    return serve === undefined ? this.#create(method, params) : serve(params, ctx);
  }

  async #create(method: string, { task: asked, ...params }: JsonObject): Promise<JsonObject> {
    const ttlMs = ttlOf(isObject(asked) ? asked["ttl"] : undefined);
    const answer = await this.#host.read({ method, params });
    if (this.#tasks.size >= MAX_RECEIVED_TASKS && !this.#makeRoom())
      throw new BusyError(`${String(MAX_RECEIVED_TASKS)} tasks of this server's are kept already`);
    const expiry = this.#host.clock.schedule(ttlMs, () => {
      this.#tasks.delete(task.id);
      task.expired();
    });
    const task = new ReceivedTask(ttlMs, expiry, (changed) => {
      if (this.#tasks.has(changed.id)) this.#host.notify(TASK_STATUS_NOTIFICATION, changed.toJSON());
    });
    this.#tasks.set(task.id, task);
    void this.#answer(task, answer);
    return { task: task.toJSON() };
  }

  /** Forgets the oldest task whose end the server knows: it is not coming back for it. */
  #makeRoom(): boolean {
    for (const task of this.#tasks.values()) {
      if (!task.isSettled) continue;
      this.#tasks.delete(task.id);
      task.expired();
      return true;
    }
    return false;
  }

  async #answer(task: ReceivedTask, answer: (signal: AbortSignal) => Promise<JsonObject>): Promise<void> {
    const { signal } = task.stop;
    try {
      task.completed(await unlessAborted(answer(signal), signal));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ProtocolError)) this.#host.report(error);
      task.failed(asProtocolError(error));
    }
  }

  async #result(task: ReceivedTask, signal: AbortSignal): Promise<JsonObject> {
    try {
      return await unlessAborted(task.answer, signal);
    } finally {
      if (!signal.aborted) task.isFetched = true;
    }
  }

  #cancel(task: ReceivedTask): JsonObject {
    if (task.isOver) throw new InvalidParamsError(`The task has ended already: it is ${task.status}`);
    task.cancelled("The task was cancelled by request");
    return task.toJSON();
  }

  /** There are so few that one page has them all. */
  #list({ cursor }: JsonObject): JsonObject {
    if (cursor !== undefined)
      throw new InvalidParamsError(`Invalid params: unknown cursor ${describe(cursor)}`);
    return { tasks: [...this.#tasks.values()].map((task) => task.toJSON()) };
  }

  #find({ taskId }: JsonObject): ReceivedTask {
    const task = typeof taskId === "string" ? this.#tasks.get(taskId) : undefined;
    if (task === undefined)
      throw new InvalidParamsError(`Task not found: ${describe(taskId)}; it may have expired`);
    return task;
  }
}

function ttlOf(asked: unknown): number {
  if (asked === undefined || asked === null) return MAX_RECEIVED_TTL_MS;
  if (typeof asked !== "number" || !(asked >= 0))
    throw new InvalidParamsError(
      `Invalid params: params.task.ttl must be a number of ms, not ${describe(asked)}`,
    );
  return Math.min(asked, MAX_RECEIVED_TTL_MS);
}
