import type { ExtensionHost, ServerExtension } from "../../extension/server.js";
import { experimentalTasks } from "./experimental-tasks.js";
import { extensionTasks } from "./extension-tasks.js";
import type { TaskOptions } from "./options.js";
import { ResultExchanges } from "./result-exchange.js";
import { Tasks } from "./tasks.js";

export type { TaskOptions } from "./options.js";

/**
 * Tasks as both protocols have them, of one kind underneath: the extension of the stateless era, and the experimental
 * tasks of 2025-11-25. There is nothing of either until a tool is registered that is a task.
 * @throws TypeError, RangeError for options that are not what they must be
 */
export function taskExtensions(host: ExtensionHost, options?: TaskOptions): readonly ServerExtension[] {
  const tasks = new Tasks(host, options);
  return [extensionTasks(tasks), experimentalTasks(tasks, new ResultExchanges(tasks, host.clock))];
}
