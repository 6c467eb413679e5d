import type { ClientExtensionHost } from "../../extension/client.js";
import { isObject } from "../../jsonrpc/guards.js";
import { TASKS_REVISION } from "../wire.js";

/** Whether the server has tools that are tasks in the way of 2025-11-25. */
export function hasExperimentalTasks({ agreed }: Pick<ClientExtensionHost, "agreed">): boolean {
  let at: unknown = agreed.revision === TASKS_REVISION ? agreed.capabilities.tasks : undefined;
  for (const name of ["requests", "tools", "call"]) at = isObject(at) ? at[name] : undefined;
  return at !== undefined && at !== false && at !== null;
}
