import type { CallToolResult } from "@towpath/mcp-core";

/** The text of a result's content. */
export function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === "text" ? block.text : `(${block.type})`)).join("\n");
}
