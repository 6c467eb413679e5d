import type { CacheMode } from "../../extension/call-options.js";
import type { ClientCall, ClientExtensionHost } from "../../extension/client.js";
import { ErrorCode, ProtocolError } from "../../jsonrpc/errors.js";
import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { InvalidResultError, MissingServerCapabilityError } from "../../protocol/client-errors.js";
import { unlessAborted } from "../../protocol/abort.js";
import type { Progress } from "../../protocol/types.js";
import { TASK_RESULT, type TaskSupport } from "../wire.js";
import { hasExperimentalTasks } from "./has-experimental-tasks.js";
import { driveExperimentalTask } from "./experimental-tasks.js";
import { driveExtensionTask } from "./extension-tasks.js";
import { AnsweredTask, RunningTask } from "./handle.js";
import { inTime } from "./in-time.js";
import { readSaved } from "./saved.js";
import { readTask, type Seen } from "./seen.js";
import { SharedSubscription } from "./shared-subscription.js";
import { TaskRun, type Ending, type PollOptions, type RunOptions } from "./task-run.js";
import { toItsEnd } from "./to-its-end.js";
import { ToldTasks } from "./told-tasks.js";
import { ToolSupport } from "./tool-support.js";
import type { StartTaskOptions, TaskHandle, TaskSnapshot } from "./types.js";

type Called = Pick<StartTaskOptions, "onProgress" | "timeoutMs" | "meta">;

/** The tasks of a server's that one client knows. */
export class Tasks {
  readonly #host: ClientExtensionHost;
  /** Which tools are tasks. */
  readonly support = new ToolSupport();
  readonly #subscription: SharedSubscription;
  readonly #told = new ToldTasks();

  constructor(host: ClientExtensionHost) {
    this.#host = host;
    this.#subscription = new SharedSubscription(host);
  }

  /**
   * The result of a call that was answered with a task.
   * @throws InvalidResultError for a task in place of anything but the result of a tool (Tasks extension, Capability
   *   Negotiation)
   */
  async follow(result: JsonObject, call: ClientCall): Promise<JsonObject> {
    if (call.method !== "tools/call")
      throw new InvalidResultError(`${call.method}: the server answered with a task, which it must not`);
    const run = this.#run(readTask(call.method, result), call.params, call.options);
    return toItsEnd(this.#host, run, call).finally(() => {
      this.#told.forget(run);
    });
  }

  /** Calls a tool of a server of 2025-11-25, as a task where it has to be one. */
  async call(call: ClientCall): Promise<JsonObject> {
    const isTask = await this.#isTask(call);
    try {
      return await this.#call(call, isTask);
    } catch (error) {
      // Servers need not tell that their tools have changed; the call was refused, and can be made in the other way.
      if (!(error instanceof ProtocolError) || error.code !== ErrorCode.methodNotFound) throw error;
      this.support.forget();
      if ((await this.#isTask(call, "reload")) === isTask) throw error;
      return this.#call(call, !isTask);
    }
  }

  async start(params: JsonObject, { ttlMs, ...options }: StartTaskOptions): Promise<TaskHandle> {
    if (this.#host.agreed.era === "handshake") return this.#startExperimental(params, ttlMs, options);
    const result = await this.#host.request("tools/call", params, options);
    return result["resultType"] === TASK_RESULT
      ? new RunningTask(this.#host, this.#run(readTask("tools/call", result), params, options))
      : this.#answered(params, result);
  }

  /** @throws TypeError for what was not saved by a handle */
  resume(saved: unknown): TaskHandle {
    const { id, tool, snapshot, result } = readSaved(saved);
    if (id === undefined) return new AnsweredTask(this.#host, tool, snapshot, result ?? {});
    // Two that see to one task would both put its questions to the user.
    const run = this.#told.find(id) ?? this.#newRun({ id, tool, snapshot, isFresh: false, polls: {} });
    return new RunningTask(this.#host, run);
  }

  /** A server tells of a task; what is malformed is ignored. */
  heard(params: JsonObject): void {
    this.#told.tell(params["taskId"], () => {
      try {
        return readTask("notifications/tasks", params);
      } catch {
        return undefined;
      }
    });
  }

  /** Where the tools cannot be listed, the call itself has not failed. */
  async #isTask(call: ClientCall, cache?: CacheMode): Promise<boolean> {
    const support = this.#supportOf(call.params, cache).catch(() => "forbidden");
    return (await inTime(this.#host, call, (signal) => unlessAborted(support, signal))) === "required";
  }

  #supportOf(params: JsonObject, cache: CacheMode = "default"): Promise<TaskSupport> {
    return this.support.of(nameOf(params), () => this.#host.listTools({ cache }));
  }

  async #call(call: ClientCall, isTask: boolean): Promise<JsonObject> {
    const { params, options } = call;
    if (!isTask) return this.#host.request("tools/call", params, options);
    const created = await this.#create(params, {}, options, options.onProgress !== undefined);
    if (!created.ok) return created.result;
    return toItsEnd(this.#host, created.run, call).finally(() => {
      this.#told.forget(created.run);
    });
  }

  async #startExperimental(
    params: JsonObject,
    ttlMs: number | undefined,
    options: Omit<StartTaskOptions, "ttlMs">,
  ): Promise<TaskHandle> {
    options.signal?.throwIfAborted();
    if (!hasExperimentalTasks(this.#host))
      throw new MissingServerCapabilityError("startTask", "tasks.requests.tools.call");
    if (!(await unlessAborted(this.#mayBeTask(params), options.signal)))
      throw new TypeError(
        `The tool ${describe(params["name"])} cannot be called as a task: the server lists it without execution.taskSupport; use callTool`,
      );
    const created = await this.#create(params, ttlMs === undefined ? {} : { ttl: ttlMs }, options, true);
    return created.ok ? new RunningTask(this.#host, created.run) : this.#answered(params, created.result);
  }

  /** Asks once more before it says no: servers need not tell that their tools have changed. */
  async #mayBeTask(params: JsonObject): Promise<boolean> {
    if ((await this.#supportOf(params)) !== "forbidden") return true;
    this.support.forget();
    return (await this.#supportOf(params, "reload")) !== "forbidden";
  }

  /** Has a server of 2025-11-25 make a task of a call. Its progress comes with the token of the call to the end. */
  async #create(
    params: JsonObject,
    task: JsonObject,
    { onProgress, ...options }: Called,
    asksForProgress: boolean,
  ): Promise<
    { readonly ok: true; readonly run: TaskRun } | { readonly ok: false; readonly result: JsonObject }
  > {
    let run: TaskRun | undefined;
    let early: Progress | undefined;
    const hearing = this.#host.hearProgress((progress) => {
      if (run === undefined) early = progress;
      else run.progressed(progress);
    });
    try {
      const meta = { ...options.meta, ...(asksForProgress && { progressToken: hearing.token }) };
      const result = await this.#host.request("tools/call", { ...params, task }, { ...options, meta });
      if (!isObject(result["task"])) {
        hearing.stop();
        return { ok: false, result };
      }
      const seen = readTask("tools/call", result["task"]);
      run = this.#run(seen, params, onProgress === undefined ? options : { ...options, onProgress });
      if (run.isOver) hearing.stop();
      else this.#told.add(run, hearing.stop);
      if (early !== undefined) run.progressed(early);
      return { ok: true, run };
    } catch (error) {
      hearing.stop();
      throw error;
    }
  }

  /** The server answered at once, and made no task of it. */
  #answered(params: JsonObject, result: JsonObject): TaskHandle {
    const now = new Date().toISOString();
    const status: TaskSnapshot = { status: "completed", createdAt: now, lastUpdatedAt: now, ttlMs: null };
    return new AnsweredTask(this.#host, nameOf(params), status, result);
  }

  #run({ id, snapshot }: Seen, params: JsonObject, { onProgress, timeoutMs, meta }: Called): TaskRun {
    const polls: PollOptions = {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(meta !== undefined && { meta }),
    };
    return this.#newRun({ id, tool: nameOf(params), snapshot, isFresh: true, polls, onProgress });
  }

  #newRun(options: RunOptions): TaskRun {
    const drive = async (task: TaskRun, signal: AbortSignal): Promise<Ending> => {
      const ending = await (this.#host.agreed.era === "handshake"
        ? driveExperimentalTask(this.#host, task, signal)
        : driveExtensionTask(this.#host, this.#subscription, task, signal));
      this.#told.forget(task);
      return ending;
    };
    const run = new TaskRun(this.#host.clock, drive, options);
    if (!run.isOver) this.#told.add(run);
    return run;
  }
}

/** Of a call, which `request` takes from anybody. */
function nameOf({ name }: JsonObject): string {
  return typeof name === "string" ? name : "";
}
