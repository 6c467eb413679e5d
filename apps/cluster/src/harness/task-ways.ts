import type { JsonObject } from "@towpath/mcp-core";
import { Wire, type Answer, type Session } from "./wire.js";

/** Where to send a request: a node, or a balancer. */
interface Somewhere {
  readonly url: string;
}

/** A task as it was told of, with members of either protocol. */
export interface SeenTask {
  readonly taskId: string;
  readonly status: string;
  readonly statusMessage?: string;
  readonly result?: JsonObject;
  readonly error?: JsonObject;
  readonly inputRequests?: Readonly<Record<string, JsonObject>>;
}

/** A client that has tasks by one of the two protocols, and sends each request to where it is told to. */
export interface TaskWay {
  /** Calls a tool as a task. */
  start(at: Somewhere, tool: string, args: object): Promise<SeenTask>;
  get(at: Somewhere, taskId: string): Promise<SeenTask>;
  cancel(at: Somewhere, taskId: string): Promise<void>;
  /** What waits for a task, and is told how it ended without having to ask again. */
  wait(at: Somewhere, taskId: string): Promise<Waiting>;
}

export interface Waiting {
  /** Settles with the response of the call: `result` or `error`. */
  readonly ended: Promise<JsonObject>;
}

export interface NamedWay {
  readonly name: string;
  /** @param at where a session begins, if there is one */
  readonly begin: (at: Somewhere) => Promise<TaskWay>;
}

const ENDS = new Set(["completed", "failed", "cancelled"]);

/** The extension, in the stateless era. */
export const extensionTasks: TaskWay = {
  start: async (at, tool, args) => seen(await new Wire(at.url).stateless(tool, args)),
  get: async (at, taskId) => seen(await ofTask(at, "tasks/get", taskId)),
  cancel: async (at, taskId) => void resultOf(await (await ofTask(at, "tasks/cancel", taskId)).response()),
  wait: async (at, taskId) => {
    const stream = await listenTo(at, taskId);
    await stream.next(); // the acknowledgement: from now on nothing is missed
    const ended = async (): Promise<JsonObject> => {
      const now = await extensionTasks.get(at, taskId);
      const { result, error } = ENDS.has(now.status) ? now : await endIn(stream);
      stream.cut();
      return { ...(result && { result }), ...(error && { error }) };
    };
    return observed(ended());
  },
};

/** The tasks of 2025-11-25, in one session that every node serves. */
export class SessionTasks implements TaskWay {
  readonly session: Session;

  static async begin(at: Somewhere): Promise<SessionTasks> {
    return new SessionTasks(await new Wire(at.url).begin());
  }

  private constructor(session: Session) {
    this.session = session;
  }

  async start({ url }: Somewhere, name: string, args: object): Promise<SeenTask> {
    const params = { name, arguments: args, task: {} };
    const result = resultOf(await (await this.session.at(url).request("tools/call", params)).response());
    return result["task"] as unknown as SeenTask; // what the result of such a call has
  }

  async get({ url }: Somewhere, taskId: string): Promise<SeenTask> {
    return seen(await this.session.at(url).request("tasks/get", { taskId }));
  }

  async cancel({ url }: Somewhere, taskId: string): Promise<void> {
    resultOf(await (await this.session.at(url).request("tasks/cancel", { taskId })).response());
  }

  /** Nothing comes while there is nothing to tell, not even headers. */
  wait(at: Somewhere, taskId: string): Promise<Waiting> {
    return Promise.resolve(observed(this.result(at, taskId).then((answer) => answer.response())));
  }

  /** `tasks/result`, on which the task also asks. */
  result({ url }: Somewhere, taskId: string): Promise<Answer> {
    return this.session.at(url).request("tasks/result", { taskId });
  }
}

export const taskWays: readonly NamedWay[] = [
  { name: "2025-11-25", begin: (at) => SessionTasks.begin(at) },
  { name: "the extension", begin: () => Promise.resolve(extensionTasks) },
];

/** Sends a request of the extension about one task. */
export function ofTask(
  { url }: Somewhere,
  method: string,
  taskId: string,
  params: object = {},
): Promise<Answer> {
  return new Wire(url).statelessly(method, { taskId, ...params }, { "mcp-name": taskId });
}

/** A stream that tells what becomes of a task. It begins with an acknowledgement. */
export function listenTo({ url }: Somewhere, taskId: string): Promise<Answer> {
  return new Wire(url).statelessly("subscriptions/listen", { notifications: { taskIds: [taskId] } });
}

/** It may fail before anybody looks. */
function observed(ended: Promise<JsonObject>): Waiting {
  ended.catch(() => undefined);
  return { ended };
}

async function endIn(stream: Answer): Promise<SeenTask> {
  for (;;) {
    const message = await stream.next();
    if (message === undefined) throw new Error("The subscription ended before the task");
    const task = message["params"] as unknown as SeenTask; // whatever comes in it is about this task
    if (ENDS.has(task.status)) return task;
  }
}

async function seen(answer: Answer): Promise<SeenTask> {
  return resultOf(await answer.response()) as unknown as SeenTask; // as the methods of tasks answer
}

/** @throws Error for an error */
function resultOf(response: JsonObject): JsonObject {
  const { result } = response;
  if (result === undefined) throw new Error(JSON.stringify(response));
  return result as JsonObject; // of a response
}
