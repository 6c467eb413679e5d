// Usage: node sse.mjs <port>
import { createServer } from "node:http";
import { localhostHostValidation, localhostOriginValidation } from "@modelcontextprotocol/node";
import { McpServer } from "@modelcontextprotocol/server";
import { SSEServerTransport } from "@modelcontextprotocol/server-legacy/sse";
import { z } from "zod";

function createMcpServer() {
  const server = new McpServer({ name: "bench", version: "1.0.0" });
  server.registerTool(
    "add",
    { inputSchema: z.object({ a: z.number(), b: z.number() }) },
    async ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] }),
  );
  return server;
}

const transports = new Map();

async function open(res) {
  const transport = new SSEServerTransport("/messages", res);
  transports.set(transport.sessionId, transport);
  res.on("close", () => transports.delete(transport.sessionId));
  await createMcpServer().connect(transport);
}

async function post(req, res) {
  const transport = transports.get(new URL(req.url, "http://localhost").searchParams.get("sessionId"));
  if (transport === undefined) res.writeHead(404).end();
  else await transport.handlePostMessage(req, res);
}

const validateHost = localhostHostValidation();
const validateOrigin = localhostOriginValidation();
createServer((req, res) => {
  if (validateHost(req, res) && validateOrigin(req, res))
    void (req.method === "GET" ? open(res) : post(req, res));
}).listen(Number(process.argv[2]), "127.0.0.1");
