// Usage: node sse.mjs <port>
import { McpServer } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import { sse } from "@towpath/transport-sse";

const input = jsonSchema({
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
});

const mcp = new McpServer({ name: "bench", version: "1.0.0" });
mcp.tool("add", { input }, ({ a, b }) => String(a + b));
await mcp.run(sse({ port: Number(process.argv[2]), limits: { maxSessions: 20_000 } }));
