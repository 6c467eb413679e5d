import type { ClientExtensionHost } from "../../extension/client.js";
import { ErrorCode, ProtocolError } from "../../jsonrpc/errors.js";
import { patiently } from "./patiently.js";
import { readTask } from "./seen.js";
import type { TaskRun } from "./task-run.js";

/**
 * Asks the server to end a task. Settles when it was asked, or when the task had ended before.
 * @throws ProtocolError for a task that the server does not know; ConnectionLostError
 */
export async function cancelTask(host: ClientExtensionHost, run: TaskRun): Promise<void> {
  run.isGivenUp = true;
  const send = (method: string) =>
    patiently(host, host.closing, () => host.request(method, { taskId: run.id }, run.polls));
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
