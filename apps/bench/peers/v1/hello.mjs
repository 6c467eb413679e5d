import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

const server = new McpServer({ name: "bench", version: "1.0.0" });
server.registerTool("hello", {}, () => ({ content: [{ type: "text", text: "Hello, world" }] }));
await server.connect(new StdioServerTransport());
