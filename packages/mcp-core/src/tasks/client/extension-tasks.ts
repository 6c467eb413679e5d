import type { ClientExtensionHost } from "../../extension/client.js";
import { InternalError } from "../../jsonrpc/errors.js";
import { InvalidResultError } from "../../protocol/client-errors.js";
import { Asking } from "./asking.js";
import { TaskCancelledError } from "./errors.js";
import { following } from "./following.js";
import { paceOf } from "./pace.js";
import { pollTask } from "./poll-task.js";
import type { Seen } from "./seen.js";
import type { SharedSubscription } from "./shared-subscription.js";
import type { Ending, TaskRun } from "./task-run.js";

/** How long to wait before asking for a task of which the server tells, in ms. */
const BACKSTOP_MS = 30_000;

/** Sees to a task of the extension: asks how it stands, listens, and answers (Tasks extension, Task Polling). */
export async function driveExtensionTask(
  host: ClientExtensionHost,
  subscription: SharedSubscription,
  run: TaskRun,
  signal: AbortSignal,
): Promise<Ending> {
  const { stop, leave } = following(signal, host.closing);
  const asking = new Asking(host, run, stop);
  const unsubscribe = subscription.join(run);
  try {
    let seen = run.takeNews();
    let isKnown = run.isFresh && run.snapshot.status === "working";
    for (;;) {
      if (seen === undefined && !isKnown) seen = await poll(host, run, stop.signal);
      isKnown = false;
      const ending = seen && endingOf(seen);
      if (ending !== undefined) return ending;
      if (seen?.inputRequests !== undefined) asking.ask(seen.inputRequests);
      const pace = paceOf(run.snapshot);
      await run.alarm.sleep(subscription.covers(run) ? Math.max(pace, BACKSTOP_MS) : pace, stop.signal);
      seen = run.takeNews();
    }
  } finally {
    unsubscribe();
    leave();
    stop.abort(new DOMException("The task is no longer waited for", "AbortError"));
  }
}

async function poll(host: ClientExtensionHost, run: TaskRun, signal: AbortSignal): Promise<Seen> {
  const seen = await pollTask(host, run, signal);
  if (seen.snapshot.status === "completed" && seen.result === undefined)
    throw new InvalidResultError("tasks/get: the task is completed, and there is no result");
  return seen;
}

/** `undefined` while it goes on. */
function endingOf({ id, snapshot, result }: Seen): Ending | undefined {
  if (snapshot.status === "completed" && result !== undefined) return { kind: "result", result };
  if (snapshot.status === "failed") return { kind: "error", error: snapshot.error ?? new InternalError() };
  if (snapshot.status !== "cancelled") return undefined;
  return { kind: "error", error: new TaskCancelledError(id, snapshot.message) };
}
