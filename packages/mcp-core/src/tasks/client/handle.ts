import { asJsonObject } from "../../jsonrpc/as-json.js";
import type { ClientExtensionHost } from "../../extension/client.js";
import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { CallToolResult } from "../../protocol/types.js";
import { cancelTask } from "./cancel-task.js";
import type { TaskRun } from "./task-run.js";
import type { SavedTask, TaskHandle, TaskSnapshot, WaitOptions } from "./types.js";

/** A task that goes on, or went on, on the server. */
export class RunningTask implements TaskHandle {
  readonly #host: ClientExtensionHost;
  readonly #run: TaskRun;

  constructor(host: ClientExtensionHost, run: TaskRun) {
    this.#host = host;
    this.#run = run;
  }

  get id(): string {
    return this.#run.id;
  }

  get tool(): string {
    return this.#run.tool;
  }

  get status(): TaskSnapshot {
    return this.#run.snapshot;
  }

  async result({ signal }: WaitOptions = {}): Promise<CallToolResult> {
    signal?.throwIfAborted();
    const result = await this.#run.result(signal);
    return this.#host.toolResult(this.tool, result, signal && { signal });
  }

  updates({ signal }: WaitOptions = {}): AsyncGenerator<TaskSnapshot, void, undefined> {
    return this.#run.updates(signal);
  }

  async cancel(): Promise<void> {
    if (!this.#run.isOver) await cancelTask(this.#host, this.#run);
  }

  toJSON(): SavedTask {
    return { version: 1, id: this.id, tool: this.tool, status: savedStatus(this.status) };
  }
}

/** A call that the server answered at once. */
export class AnsweredTask implements TaskHandle {
  readonly id = undefined;
  readonly tool: string;
  readonly status: TaskSnapshot;
  readonly #host: ClientExtensionHost;
  readonly #result: JsonObject;

  constructor(host: ClientExtensionHost, tool: string, status: TaskSnapshot, result: JsonObject) {
    this.#host = host;
    this.tool = tool;
    this.status = status;
    this.#result = result;
  }

  result({ signal }: WaitOptions = {}): Promise<CallToolResult> {
    return this.#host.toolResult(this.tool, this.#result, signal && { signal });
  }

  async *updates(): AsyncGenerator<TaskSnapshot, void, undefined> {
    yield this.status;
  }

  cancel(): Promise<void> {
    return Promise.resolve();
  }

  toJSON(): SavedTask {
    return { version: 1, tool: this.tool, status: savedStatus(this.status), result: this.#result };
  }
}

/** The error of one that failed is written as JSON-RPC has it. */
function savedStatus(status: TaskSnapshot): JsonObject {
  const saved: unknown = JSON.parse(JSON.stringify(status));
  return isObject(saved) ? saved : asJsonObject(status);
}
