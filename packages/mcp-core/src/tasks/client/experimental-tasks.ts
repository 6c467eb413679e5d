import type { ClientExtensionHost } from "../../extension/client.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import { RateLimitedError } from "../../protocol/errors.js";
import { fireAndForget } from "../../protocol/promises.js";
import { TaskCancelledError } from "./errors.js";
import { following } from "./following.js";
import { paceOf } from "./pace.js";
import { mayPass } from "./patiently.js";
import { pollTask } from "./poll-task.js";
import { readTask } from "./seen.js";
import type { Ending, TaskRun } from "./task-run.js";
import type { TaskSnapshot } from "./types.js";

/** The answer comes when the task has ended, whenever that is. */
const FOR_EVER = { timeoutMs: Infinity, maxTotalTimeoutMs: Infinity };
/** For what is good to know, and no more. */
const BRIEFLY = { maxTotalTimeoutMs: 5_000 };

/**
 * Sees to a task of 2025-11-25: asks for its result, which the server answers when it is there, and where it asks what it
 * needs to know (2025-11-25, Tasks, Result Retrieval). Who watches it is told how it stands meanwhile.
 */
export async function driveExperimentalTask(
  host: ClientExtensionHost,
  run: TaskRun,
  signal: AbortSignal,
): Promise<Ending> {
  const { stop, leave } = following(signal, host.closing);
  fireAndForget(() => pollWhileWatched(host, run, stop.signal));
  try {
    return await resultOf(host, run, stop.signal);
  } finally {
    leave();
    stop.abort(new DOMException("The task is no longer waited for", "AbortError"));
  }
}

async function resultOf(host: ClientExtensionHost, run: TaskRun, signal: AbortSignal): Promise<Ending> {
  for (;;) {
    const wasOver = run.isOver;
    try {
      const params = { taskId: run.id };
      const result = await host.request("tasks/result", params, { ...run.polls, ...FOR_EVER, signal });
      await ended(host, run, signal, result["isError"] === true ? "failed" : "completed");
      return { kind: "result", result };
    } catch (error) {
      signal.throwIfAborted();
      // Of a task that has ended, what would be about the moment is how it ended.
      const isOutcome = wasOver && error instanceof ProtocolError && !(error instanceof RateLimitedError);
      if (isOutcome || !mayPass(error) || !host.isReachable)
        return await endingAfter(host, run, signal, error);
      await run.alarm.sleep(paceOf(run.snapshot), signal);
      await pollTask(host, run, signal);
    }
  }
}

/** What a refusal of the result means: how the task ended, or that there is none. */
async function endingAfter(
  host: ClientExtensionHost,
  run: TaskRun,
  signal: AbortSignal,
  error: unknown,
): Promise<Ending> {
  if (!(error instanceof ProtocolError)) throw error;
  try {
    await pollTask(host, run, signal);
  } catch {
    throw error;
  }
  const { status, message } = run.snapshot;
  if (status === "cancelled") return { kind: "error", error: new TaskCancelledError(run.id, message) };
  if (status === "failed" || status === "completed") return { kind: "error", error };
  throw error;
}

/** Those who watch it see what the server says of it at the end. */
async function ended(
  host: ClientExtensionHost,
  run: TaskRun,
  signal: AbortSignal,
  status: TaskSnapshot["status"],
): Promise<void> {
  if (run.isWatched && !run.isOver) await lookAtEnd(host, run, signal).catch(() => undefined);
  if (!run.isOver) run.take({ ...run.snapshot, status });
}

/** One look, and not for long: the result waits for it. */
async function lookAtEnd(host: ClientExtensionHost, run: TaskRun, signal: AbortSignal): Promise<void> {
  const task = await host.request("tasks/get", { taskId: run.id }, { ...run.polls, ...BRIEFLY, signal });
  const { id, snapshot } = readTask("tasks/get", task);
  if (id === run.id) run.take(snapshot);
}

async function pollWhileWatched(host: ClientExtensionHost, run: TaskRun, signal: AbortSignal): Promise<void> {
  while (!run.isOver) {
    const pauseMs = run.isWatched ? paceOf(run.snapshot) : Infinity;
    await run.watched.sleep(pauseMs, signal);
    if (pauseMs < Infinity && run.isWatched) await pollTask(host, run, signal);
  }
}
