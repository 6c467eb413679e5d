import type { CallToolResult } from "../../src/protocol/types.js";

/** The text of a tool's result, whatever else it holds. */
export function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === "text" ? block.text : `(${block.type})`)).join("\n");
}
