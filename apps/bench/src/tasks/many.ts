import { messageOf } from "../http/events.js";
import { withConnections } from "../http/connection.js";
import { openSessions } from "../http/sessions.js";
import type { Target } from "../http/requests.js";
import { pollRequest, startRequest, taskIn } from "./requests.js";
import { poll, type PollingResult } from "./polling.js";

const connections = 16;
const pollers = 64;
const sessionCount = 16;

/** Tasks that go on until they are let go. */
export class ManyTasks {
  readonly #targets: readonly Target[];
  readonly #ids: string[] = [];
  readonly #polls: Buffer[] = [];

  /** In the handshake era, the tasks are of several sessions in turn. */
  static async in(target: Target): Promise<ManyTasks> {
    const sessions = target.mode === "sessions" ? await openSessions(target, sessionCount) : [];
    return new ManyTasks(
      sessions.length === 0 ? [target] : sessions.map((session) => ({ ...target, session })),
    );
  }

  private constructor(targets: readonly Target[]) {
    this.#targets = targets;
  }

  get count(): number {
    return this.#ids.length;
  }

  /** Starts so many more. */
  async start(count: number): Promise<void> {
    let left = count;
    await withConnections(this.#first.port, connections, (all) =>
      Promise.all(
        all.map(async (connection) => {
          while (left-- > 0) {
            const target = this.#targets[left % this.#targets.length] ?? this.#first;
            const answer = await connection.ask(startRequest(target, left + 1, "wait"));
            const { taskId } = taskIn(messageOf(answer));
            this.#ids.push(taskId);
            this.#polls.push(pollRequest(target, this.#ids.length, taskId));
          }
        }),
      ),
    );
  }

  /** Asks for each of them once in so many ms, for so long. */
  poll(intervalMs: number, durationMs: number): Promise<PollingResult> {
    return poll(this.#first.port, {
      requests: this.#polls,
      intervalMs,
      durationMs,
      connections: pollers,
      check: (index, response) => {
        const { taskId, status } = taskIn(messageOf(response));
        if (taskId !== this.#ids[index] || status !== "working")
          throw new Error(`Asked for task ${index}, got ${taskId}, which is ${status}.`);
      },
    });
  }

  /**
   * Asks for one after the other until each of them has this status.
   *
   * @param port of the node that is asked; by default, that on which they were started
   */
  async become(status: string, port = this.#first.port): Promise<void> {
    let next = 0;
    await withConnections(port, connections, (all) =>
      Promise.all(
        all.map(async (connection) => {
          for (let request = this.#polls[next++]; request !== undefined; request = this.#polls[next++]) {
            for (;;) {
              const seen = taskIn(messageOf(await connection.ask(request)));
              if (seen.status === status) break;
              if (seen.status !== "working") throw new Error(`Task ${seen.taskId} is ${seen.status}.`);
            }
          }
        }),
      ),
    );
  }

  get #first(): Target {
    const [target] = this.#targets;
    if (target === undefined) throw new Error("There is nowhere to send to.");
    return target;
  }
}
