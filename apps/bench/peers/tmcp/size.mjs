import { ZodJsonSchemaAdapter } from "@tmcp/adapter-zod";
import { StdioTransport } from "@tmcp/transport-stdio";
import { McpServer } from "tmcp";
import { z } from "zod";

const server = new McpServer(
  { name: "bench", version: "1.0.0" },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
);
server.tool(
  { name: "size", description: "Measures", schema: z.object({ text: z.string() }) },
  ({ text }) => ({ content: [{ type: "text", text: String(text.length) }] }),
);
new StdioTransport(server).listen();
