import type { ExtensionHost } from "../../extension/server.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { TASK_NOTIFICATION } from "../wire.js";
import { GOES_ON } from "./followers.js";
import type { Progress, TaskRecord } from "./record.js";
import type { Known } from "./store.js";
import { channelOfTask } from "./task-id.js";

/** A notification about the progress of a task, as it is announced. */
export const PROGRESS_NOTIFICATION = "notifications/progress";

/** Says, on every node where somebody waits for a task, what becomes of it. */
export class Announcer {
  readonly #host: Pick<ExtensionHost, "announce">;

  constructor(host: Pick<ExtensionHost, "announce">) {
    this.#host = host;
  }

  changed({ taskId, record }: Known): void {
    const waits = record.outcome !== undefined || record.questions !== undefined;
    const about = { taskId, ...whomToTell(record), ...(!waits && GOES_ON) };
    this.#host.announce(TASK_NOTIFICATION, about, channelOfTask(taskId));
  }

  progressed({ taskId, record }: Known, progress: Progress): void {
    const { progressToken } = record;
    if (progressToken === undefined) return;
    const about = { taskId, progressToken, ...progress };
    this.#host.announce(PROGRESS_NOTIFICATION, { ...about, ...whomToTell(record) }, channelOfTask(taskId));
  }
}

/** What is announced of a task so that nobody else is told of it. */
function whomToTell({ recipient, owner }: TaskRecord): JsonObject {
  return { ...(recipient !== undefined && { recipient }), ...(owner !== undefined && { owner }) };
}
