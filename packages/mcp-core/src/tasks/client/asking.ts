import type { ClientExtensionHost } from "../../extension/client.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { InvalidResultError } from "../../protocol/client-errors.js";
import { fireAndForget } from "../../protocol/promises.js";
import { cancelTask } from "./cancel-task.js";
import { patiently } from "./patiently.js";
import type { TaskRun } from "./task-run.js";

/** Questions of one task. */
const MAX_QUESTIONS = 1_000;

/**
 * Answers what the server asks for a task, each question once (Tasks extension, Task Update Requests). Where that fails,
 * `stop` is aborted with the reason.
 */
export class Asking {
  readonly #host: ClientExtensionHost;
  readonly #run: TaskRun;
  readonly #stop: AbortController;
  readonly #underWay = new Set<string>();

  constructor(host: ClientExtensionHost, run: TaskRun, stop: AbortController) {
    this.#host = host;
    this.#run = run;
    this.#stop = stop;
  }

  /** Takes the questions that are open. */
  ask(open: JsonObject): void {
    const { answered } = this.#run;
    const fresh = Object.entries(open).filter(([key]) => !answered.has(key) && !this.#underWay.has(key));
    if (fresh.length === 0) return;
    for (const [key] of fresh) this.#underWay.add(key);
    if (answered.size + this.#underWay.size > MAX_QUESTIONS)
      this.#fail(
        new InvalidResultError(`tasks/get: the task asks more than ${String(MAX_QUESTIONS)} questions`),
      );
    else void this.#answer(Object.fromEntries(fresh));
  }

  async #answer(inputRequests: JsonObject): Promise<void> {
    const { signal } = this.#stop;
    let inputResponses: JsonObject;
    try {
      inputResponses = await this.#host.answer(inputRequests, { method: "tools/call", signal });
    } catch (error) {
      this.#fail(error);
      return;
    }
    try {
      await this.#update(inputResponses);
      for (const key of Object.keys(inputRequests)) {
        this.#run.answered.add(key);
        this.#underWay.delete(key);
      }
    } catch (error) {
      // The task may have ended meanwhile, which says more.
      if (!(error instanceof ProtocolError) || !this.#run.isOver) this.#stop.abort(error);
    }
  }

  async #update(inputResponses: JsonObject): Promise<void> {
    const { id, polls } = this.#run;
    const { signal } = this.#stop;
    await patiently(this.#host, signal, () =>
      this.#host.request("tasks/update", { taskId: id, inputResponses }, { ...polls, signal }),
    );
  }

  /** Nobody will answer: the server need not wait for it. */
  #fail(error: unknown): void {
    const { signal } = this.#stop;
    if (signal.aborted) return; // nobody waits, and the handler gave up because of that
    fireAndForget(() => cancelTask(this.#host, this.#run));
    this.#stop.abort(error);
  }
}
