// Usage: node web-socket.mjs <port>
import { McpServer } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import { webSocket } from "@towpath/transport-ws";

const input = jsonSchema({
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
});

const mcp = new McpServer({ name: "bench", version: "1.0.0" });
mcp.tool("add", { input }, ({ a, b }) => String(a + b));
await mcp.run(webSocket({ port: Number(process.argv[2]), limits: { maxConnections: 20_000 } }));
