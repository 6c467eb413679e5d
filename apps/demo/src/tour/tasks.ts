import type { JsonObject, TaskHandle, TaskSnapshot } from "@towpath/mcp-core";
import type { ShowTask } from "./task-display.js";

/** Of the notes that tasks export. */
export const TAG = "trip";

/** What an export of {@link exportable} notes asks on its way. */
export const QUESTION = "Export 1 note tagged private as well?";

/** So many notes, the one of which that comes after so many others is private. */
export function exportable(count: number, others: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, index) => ({
    title: `Day ${String(index + 1)}`,
    tags: index === others ? [TAG, "private"] : [TAG],
  }));
}

/** How many of them have come by, by what is known of a task: in 2025-11-25, none but who has started it hears of progress. */
function reachedIn({ progress, message = "" }: TaskSnapshot): number {
  return Math.max(progress?.progress ?? 0, Number(/Day (\d+)/.exec(message)?.[1] ?? 0));
}

/** What was seen of a task, up to its end. */
export interface Watched {
  /** Each that differs from the one before. */
  readonly statuses: readonly string[];
  /** The same of what it reported. */
  readonly progress: readonly number[];
}

/** Sees to a task until it ends. */
export async function watched(task: TaskHandle, show: ShowTask): Promise<Watched> {
  const statuses: string[] = [];
  const progress: number[] = [];
  for await (const seen of task.updates()) {
    show(seen);
    addNew(statuses, seen.status);
    if (seen.progress !== undefined) addNew(progress, seen.progress.progress);
  }
  return { statuses, progress };
}

/**
 * Sees to a task until it has come further than that, and settles with how far.
 * @throws Error when it ends before
 */
export async function untilBeyond(done: number, task: TaskHandle, show: ShowTask): Promise<number> {
  for await (const seen of task.updates()) {
    show(seen);
    const reached = reachedIn(seen);
    if (reached > done) return reached;
  }
  throw new Error(`The task did not come further than ${String(done)}: ${task.status.status}`);
}

function addNew<T>(values: T[], value: T): void {
  if (values.at(-1) !== value) values.push(value);
}
