import type { ClientExtensionHost } from "../../extension/client.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { InvalidResultError } from "../../protocol/client-errors.js";
import { TERMINAL } from "../wire.js";
import { abandonTask } from "./cancel-task.js";
import { patiently } from "./patiently.js";
import { pollTask } from "./poll-task.js";
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
    const { answered, unsent } = this.#run;
    try {
      const open = Object.entries(inputRequests).filter(([key]) => !unsent.has(key));
      if (open.length > 0) {
        const answers = await this.#host.answer(Object.fromEntries(open), { method: "tools/call", signal });
        for (const [key, answer] of Object.entries(answers))
          if (answer !== undefined) unsent.set(key, answer);
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    const keys = Object.keys(inputRequests);
    try {
      await this.#update(Object.fromEntries([...unsent].filter(([key]) => keys.includes(key))));
      for (const key of keys) {
        answered.add(key);
        unsent.delete(key);
        this.#underWay.delete(key);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) this.#stop.abort(error);
      else {
        for (const key of keys) unsent.delete(key); // it would be refused again
        if (!(await this.#hasEnded())) this.#stop.abort(error);
      }
    }
  }

  /** Why an answer is refused: the task has ended meanwhile, and how says more. */
  async #hasEnded(): Promise<boolean> {
    if (this.#run.isOver) return true;
    try {
      const { snapshot } = await pollTask(this.#host, this.#run, this.#stop.signal);
      if (!TERMINAL.has(snapshot.status)) return false;
    } catch {
      return false; // the refusal is what there is to tell
    }
    this.#run.alarm.ring();
    return true;
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
    abandonTask(this.#host, this.#run);
    this.#stop.abort(error);
  }
}
