import { messageOf } from "../http/events.js";
import { post, type RequestPool, type Target } from "../http/requests.js";
import { CallPool, encodeMessage, taskCallMessage, taskMessage } from "../requests.js";

const poolSize = 4096;

/** How long tasks that are started in passing are kept at least, in ms. */
const shortTtlMs = 60_000;

interface TaskSeen {
  readonly taskId: string;
  readonly status: string;
}

const eraOf = ({ mode }: Target): "stateless" | "handshake" => (mode === "stateless" ? mode : "handshake");

/**
 * The task that a message tells of, in either protocol.
 *
 * @throws Error when it tells of none.
 */
export function taskIn(message: string): TaskSeen {
  // Every field is checked below.
  const { result } = JSON.parse(message) as {
    readonly result?: Partial<TaskSeen> & { readonly task?: Partial<TaskSeen> };
  };
  const { taskId, status } = result?.task ?? result ?? {};
  if (typeof taskId !== "string" || typeof status !== "string")
    throw new Error(`Expected a task, got ${message.slice(0, 200)}`);
  return { taskId, status };
}

/** A request that makes a task of a call. */
export function startRequest(
  target: Target,
  id: number,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
): Buffer {
  const message = taskCallMessage(eraOf(target), id, name, args, name === "wait" ? undefined : shortTtlMs);
  return post(target, encodeMessage(message), { method: "tools/call", name });
}

/** Calls of `add` that become tasks, in these sessions in turn, if there are any. */
export function startPool(target: Target, name: string, sessions: readonly string[]): RequestPool {
  const requests = Array.from({ length: poolSize }, (_, index) => {
    const session = sessions[index % sessions.length];
    const args = { a: index + 1, b: CallPool.addend };
    return startRequest(session === undefined ? target : { ...target, session }, index + 1, name, args);
  });
  return {
    requests,
    check(_, response) {
      const { status } = taskIn(messageOf(response));
      if (status !== "working") throw new Error(`A task began as "${status}".`);
    },
  };
}

/** A request that asks what has become of a task. */
export function pollRequest(target: Target, id: number, taskId: string): Buffer {
  const message = taskMessage(eraOf(target), id, "tasks/get", { taskId });
  return post(target, encodeMessage(message), { method: "tasks/get", name: taskId });
}
