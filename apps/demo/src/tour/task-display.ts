import type { TaskSnapshot } from "@towpath/mcp-core";
import { progressBar } from "./progress-bar.js";

/** Shows a task as it goes on, each time that something is known of it. */
export type ShowTask = (task: TaskSnapshot) => void;

const BAR_WIDTH = 16;
const STATUS_WIDTH = 14;

/** How far a task has come, and how it stands. */
export function taskLine({ status, message = "", progress }: TaskSnapshot): string {
  const { total = 0, message: reported = message } = progress ?? {};
  // What was reported last may have been on its way when the end was told.
  const done = status === "completed" ? total : (progress?.progress ?? 0);
  const count = total > 0 ? `${String(done)} of ${String(total)} ` : "";
  const words = status === "completed" ? "" : reported.replaceAll(/\s+/g, " ");
  return `${progressBar(done, total, BAR_WIDTH)} ${status.padEnd(STATUS_WIDTH)} ${count}${words}`.trimEnd();
}
