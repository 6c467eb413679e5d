import type { TaskSnapshot } from "./types.js";

const DEFAULT_MS = 1_000;
const SHORTEST_MS = 50;
const LONGEST_MS = 60_000;

/** How long to wait before asking for a task again, in ms (Tasks extension, Task Polling). */
export function paceOf({ pollIntervalMs = DEFAULT_MS }: TaskSnapshot): number {
  return Math.min(Math.max(pollIntervalMs, SHORTEST_MS), LONGEST_MS);
}
