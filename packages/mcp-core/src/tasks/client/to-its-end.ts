import type { ClientCall, ClientExtensionHost } from "../../extension/client.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { RequestTimeoutError } from "../../protocol/client-errors.js";
import { fireAndForget } from "../../protocol/promises.js";
import { cancelTask } from "./cancel-task.js";
import { following } from "./following.js";
import type { TaskRun } from "./task-run.js";

/**
 * The result of a task that nobody but this call knows: when the call is given up, or takes too long in all, so is the
 * task.
 */
export async function toItsEnd(
  host: ClientExtensionHost,
  run: TaskRun,
  { method, options: { signal }, limits, startedAt }: ClientCall,
): Promise<JsonObject> {
  const { stop, leave } = following(signal, host.closing);
  const { maxTotalTimeoutMs } = limits;
  const timer = host.clock.schedule(startedAt + maxTotalTimeoutMs - host.clock.now(), () => {
    stop.abort(new RequestTimeoutError(method, maxTotalTimeoutMs, "total"));
  });
  try {
    return await run.result(stop.signal);
  } catch (error) {
    if (!run.isOver && !run.isGivenUp && !host.closing.aborted) fireAndForget(() => cancelTask(host, run));
    throw error;
  } finally {
    timer.cancel();
    leave();
  }
}
