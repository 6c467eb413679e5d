import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { TaskSupport } from "../wire.js";

/** Tools that are remembered because they can be tasks. */
const MAX_TOOLS = 4_096;

/** Which tools of a server of 2025-11-25 are tasks, as they were listed (2025-11-25, Tasks, Tool-Level Negotiation). */
export class ToolSupport {
  readonly #known = new Map<string, TaskSupport>();
  #listed: Promise<unknown> | undefined;

  /** Takes a page of `tools/list`. */
  learn({ tools }: JsonObject): void {
    if (!Array.isArray(tools)) return;
    for (const tool of tools as readonly unknown[]) {
      if (!isObject(tool) || typeof tool["name"] !== "string") continue;
      const { name, execution } = tool;
      const support = isObject(execution) ? execution["taskSupport"] : undefined;
      const isTask = support === "required" || support === "optional";
      if (this.#known.size < MAX_TOOLS || this.#known.has(name))
        this.#known.set(name, isTask ? support : "forbidden");
    }
  }

  /** The tools have changed. */
  forget(): void {
    this.#known.clear();
    this.#listed = undefined;
  }

  /**
   * Whether a tool is a task; a tool that was not listed yet is looked for in the list.
   * @param list lists all tools, of which each page goes through {@link ToolSupport.learn}; for all who ask meanwhile
   * @throws what `list` fails with
   */
  async of(name: string, list: () => Promise<unknown>): Promise<TaskSupport> {
    if (!this.#known.has(name)) await (this.#listed ??= this.#list(list));
    return this.#known.get(name) ?? "forbidden";
  }

  async #list(list: () => Promise<unknown>): Promise<void> {
    try {
      await list();
    } catch (error) {
      this.#listed = undefined;
      throw error;
    }
  }
}
