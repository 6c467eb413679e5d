import { createServer } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "bench", version: "1.0.0" });
  server.registerTool("hello", {}, () => ({ content: [{ type: "text", text: "Hello, world" }] }));
  return server;
});
createServer(toNodeHandler(handler)).listen(8000, "127.0.0.1");
