import { McpClient, McpServer } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";

const input = jsonSchema({
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
});

/** Returns `call(a, b)`, which resolves to the text of the tool's answer. */
export async function connect(era) {
  const mcp = new McpServer({ name: "bench", version: "1.0.0" });
  mcp.tool("add", { input }, ({ a, b }) => String(a + b));
  const client = await McpClient.connect(mcp, { era });
  return async (a, b) => (await client.callTool("add", { a, b })).content[0].text;
}
