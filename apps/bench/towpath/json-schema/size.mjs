import { McpServer } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import { stdio } from "@towpath/transport-stdio";

const input = jsonSchema({ type: "object", properties: { text: { type: "string" } }, required: ["text"] });

const mcp = new McpServer({ name: "bench", version: "1.0.0" });
mcp.tool("size", { input }, ({ text }) => String(text.length));
await mcp.run(stdio());
