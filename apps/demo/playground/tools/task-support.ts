import type { McpClient, Tool } from "@towpath/mcp-core";

const EXTENSION = "io.modelcontextprotocol/tasks";

/** Whether a call of a tool may become a task. In the stateless era, the server says so with its answer alone. */
export function mayBeTask(tool: Tool, { era, capabilities }: McpClient): boolean {
  if (era === "stateless") return capabilities.extensions?.[EXTENSION] !== undefined;
  return capabilities.tasks !== undefined && saysItIsTask(tool);
}

/** Whether a tool says of itself that it may be one, as in 2025-11-25 (Tasks, Tool-Level Negotiation). */
export function saysItIsTask(tool: Tool): boolean {
  const support = tool.execution?.taskSupport;
  return support === "optional" || support === "required";
}
