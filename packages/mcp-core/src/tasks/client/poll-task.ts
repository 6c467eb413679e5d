import type { ClientExtensionHost } from "../../extension/client.js";
import { InvalidResultError } from "../../protocol/client-errors.js";
import { patiently } from "./patiently.js";
import { readTask, type Seen } from "./seen.js";
import type { TaskRun } from "./task-run.js";

/**
 * Asks the server how a task stands, and has the task take it.
 * @throws InvalidResultError; as {@link patiently}
 */
export async function pollTask(host: ClientExtensionHost, run: TaskRun, signal: AbortSignal): Promise<Seen> {
  const params = { taskId: run.id };
  const result = await patiently(host, signal, () =>
    host.request("tasks/get", params, { ...run.polls, signal }),
  );
  const seen = readTask("tasks/get", result);
  if (seen.id !== run.id)
    throw new InvalidResultError("tasks/get: the server answered with another task than it was asked for");
  run.take(seen.snapshot);
  return seen;
}
