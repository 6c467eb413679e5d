import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = new McpServer({ name: "bench", version: "1.0.0" });
server.registerTool("size", { inputSchema: { text: z.string() } }, ({ text }) => ({
  content: [{ type: "text", text: String(text.length) }],
}));
// The default of 10 MiB would refuse the larger arguments.
await server.connect(
  new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: 64 * 1024 * 1024 }),
);
