import { setTimeout as pause } from "node:timers/promises";
import { extensionTasks, type SeenTask } from "../harness/task-ways.js";
import type { ServerNode } from "../harness/node.js";
import type { Call, Outcome } from "./calls.js";
import { messageOf, taskErrorByCode } from "./towpath-clients.js";

/** Longer than it takes nodes to find out that one is gone, in ms. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 200;

/** How a task ended, in a word that outcomes of calls can be compared with. */
export function endOf(outcome: Outcome): string {
  return outcome.kind === "result" ? outcome.text : outcome.error;
}

/** What each node says at the end of each task that was accepted, by its call. */
export async function taskEnds(
  nodes: readonly ServerNode[],
  calls: readonly Call[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const until = performance.now() + PATIENCE_MS;
  const ends = new Map<string, readonly string[]>();
  for (const { id, taskId } of calls)
    if (taskId !== undefined)
      ends.set(id, await Promise.all(nodes.map((node) => endedAs(node, taskId, until))));
  return ends;
}

async function endedAs(node: ServerNode, taskId: string, until: number): Promise<string> {
  for (;;) {
    try {
      const said = saidOf(await extensionTasks.get(node, taskId));
      if (said !== "working" || performance.now() > until) return said;
    } catch (error) {
      return messageOf(error);
    }
    await pause(PAUSE_MS);
  }
}

function saidOf({ status, result, error }: SeenTask): string {
  // As the tool answers, and errors of JSON-RPC are.
  if (status === "completed") return (result as { content: [{ text: string }] }).content[0].text;
  return status === "failed" ? taskErrorByCode((error as { code: number }).code) : status;
}
