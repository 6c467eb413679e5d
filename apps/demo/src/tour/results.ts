import { ProtocolError, type CallToolResult, type JsonObject } from "@towpath/mcp-core";

/** The text of a result's content. */
export function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === "text" ? block.text : `(${block.type})`)).join("\n");
}

/** A number in a result's structured content. */
export function numberIn({ structuredContent }: CallToolResult, name: string): number | null {
  // The notebook's tools return objects.
  const value = (structuredContent as JsonObject | undefined)?.[name];
  return typeof value === "number" ? value : null;
}

/**
 * Settles with the error a call was answered with.
 * @throws Error when there was another one, or none
 */
export async function errorOf(call: Promise<unknown>): Promise<ProtocolError> {
  const outcome = await call.catch((error: unknown) => error);
  if (outcome instanceof ProtocolError) return outcome;
  throw new Error(`A protocol error was due, not ${outcome instanceof Error ? outcome.message : "a result"}`);
}
