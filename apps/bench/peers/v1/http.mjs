// Usage: node http.mjs <port> <json|sse> <sessions|sessionless> [<tools>]
import { randomUUID } from "node:crypto";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";

const [port, answers, mode, tools] = process.argv.slice(2);
const enableJsonResponse = answers === "json";

function createServer() {
  const server = new McpServer({ name: "bench", version: "1.0.0" });
  const add = ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] });
  server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, add);
  for (let i = 1; i < Number(tools); i++) {
    const description = `Adds two numbers, as number ${i} of many tools does`;
    server.registerTool(`add_${i}`, { description, inputSchema: { a: z.number(), b: z.number() } }, add);
  }
  return server;
}

const app = createMcpExpressApp();

if (mode === "sessionless") {
  app.post("/mcp", async (req, res) => {
    const server = createServer();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse,
    });
    res.on("close", () => {
      transport.close();
      server.close();
    });
    await server.connect(transport);
    await transport.handleRequest(req, res, req.body);
  });
} else {
  const transports = new Map();
  app.all("/mcp", async (req, res) => {
    let transport = transports.get(req.headers["mcp-session-id"]);
    if (transport === undefined) {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        enableJsonResponse,
        onsessioninitialized: (id) => transports.set(id, transport),
      });
      transport.onclose = () => transports.delete(transport.sessionId);
      await createServer().connect(transport);
    }
    await transport.handleRequest(req, res, req.body);
  });
}

app.listen(Number(port), "127.0.0.1");
