import type { ClientExtensionHost } from "../../extension/client.js";
import { ErrorCode, ProtocolError } from "../../jsonrpc/errors.js";
import { isObject } from "../../jsonrpc/guards.js";
import { MissingServerCapabilityError } from "../../protocol/client-errors.js";
import { fireAndForget } from "../../protocol/promises.js";
import { following } from "./following.js";
import { patiently } from "./patiently.js";
import { readTask } from "./seen.js";
import type { TaskRun } from "./task-run.js";

/** How long a server is asked to end a task that nobody waits for. */
const ABANDONED_MS = 60_000;

/**
 * Asks the server to end a task. Settles when it was asked, or when the task had ended before.
 * @throws ProtocolError for a task that the server does not know; ConnectionLostError; MissingServerCapabilityError where
 *   the server cannot end tasks (2025-11-25, Tasks, Capability Negotiation); the signal's reason
 */
export async function cancelTask(
  host: ClientExtensionHost,
  run: TaskRun,
  signal: AbortSignal = host.closing,
): Promise<void> {
  if (!takesCancel(host)) throw new MissingServerCapabilityError("tasks/cancel", "tasks.cancel");
  run.isGivenUp = true;
  const send = (method: string) =>
    patiently(host, signal, () => host.request(method, { taskId: run.id }, { ...run.polls, signal }));
  try {
    const answer = await send("tasks/cancel");
    // In 2025-11-25 the answer is the task; in the extension it may end later.
    if (typeof answer["status"] === "string") run.take(readTask("tasks/cancel", answer).snapshot);
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== ErrorCode.invalidParams) throw error;
    const task = await send("tasks/get").catch(() => {
      throw error;
    });
    run.take(readTask("tasks/get", task).snapshot);
    if (!run.isOver) throw error;
  }
  run.alarm.ring();
}

/** Asks the server to end a task that nobody waits for, for as long as that may matter. */
export function abandonTask(host: ClientExtensionHost, run: TaskRun): void {
  const { stop, leave } = following(host.closing);
  const timer = host.clock.schedule(ABANDONED_MS, () => {
    stop.abort(new DOMException("The task could not be cancelled in time", "AbortError"));
  });
  fireAndForget(() =>
    cancelTask(host, run, stop.signal).finally(() => {
      timer.cancel();
      leave();
    }),
  );
}

function takesCancel({ agreed }: ClientExtensionHost): boolean {
  const { tasks } = agreed.capabilities;
  return agreed.era === "stateless" || !isObject(tasks) || (tasks["cancel"] ?? false) !== false;
}
