import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

serveStdio(() => {
  const server = new McpServer({ name: "bench", version: "1.0.0" });
  server.registerTool("hello", {}, () => ({ content: [{ type: "text", text: "Hello, world" }] }));
  return server;
});
