// Usage: node sse.mjs <port>
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { z } from "zod";

function createServer() {
  const server = new McpServer({ name: "bench", version: "1.0.0" });
  server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => ({
    content: [{ type: "text", text: String(a + b) }],
  }));
  return server;
}

const transports = new Map();
const app = createMcpExpressApp();
app.get("/sse", async (req, res) => {
  const transport = new SSEServerTransport("/messages", res);
  transports.set(transport.sessionId, transport);
  res.on("close", () => transports.delete(transport.sessionId));
  await createServer().connect(transport);
});
app.post("/messages", async (req, res) => {
  const transport = transports.get(req.query.sessionId);
  if (transport === undefined) res.status(404).end();
  else await transport.handlePostMessage(req, res, req.body);
});
app.listen(Number(process.argv[2]), "127.0.0.1");
