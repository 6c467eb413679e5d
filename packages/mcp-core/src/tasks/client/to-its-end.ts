import type { ClientCall, ClientExtensionHost } from "../../extension/client.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { abandonTask } from "./cancel-task.js";
import { inTime } from "./in-time.js";
import type { TaskRun } from "./task-run.js";

/**
 * The result of a task that nobody but this call knows: when the call is given up, or takes too long in all, so is the
 * task.
 */
export async function toItsEnd(
  host: ClientExtensionHost,
  run: TaskRun,
  call: ClientCall,
): Promise<JsonObject> {
  try {
    return await inTime(host, call, (signal) => run.result(signal));
  } catch (error) {
    if (!run.isOver && !run.isGivenUp && !host.closing.aborted) abandonTask(host, run);
    throw error;
  }
}
