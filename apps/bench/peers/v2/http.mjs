// Usage: node http.mjs <port> <json|sse> <sessions|sessionless> [<tools>]
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import {
  localhostHostValidation,
  localhostOriginValidation,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
} from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

const [port, answers, mode, tools] = process.argv.slice(2);
const enableJsonResponse = answers === "json";

function createMcpServer() {
  const server = new McpServer({ name: "bench", version: "1.0.0" });
  const inputSchema = z.object({ a: z.number(), b: z.number() });
  const add = ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] });
  server.registerTool("add", { inputSchema }, add);
  for (let i = 1; i < Number(tools); i++) {
    const description = `Adds two numbers, as number ${i} of many tools does`;
    server.registerTool(`add_${i}`, { description, inputSchema }, add);
  }
  return server;
}

const handler = toNodeHandler(
  createMcpHandler(createMcpServer, { responseMode: enableJsonResponse ? "auto" : "sse" }),
);

/** The handler answers the handshake era with event streams alone; for JSON there is the transport by itself. */
async function sessionless(req, res) {
  if (!enableJsonResponse || req.headers["mcp-protocol-version"] === "2026-07-28") return handler(req, res);
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: undefined,
    enableJsonResponse,
  });
  await createMcpServer().connect(transport);
  return transport.handleRequest(req, res);
}

const transports = new Map();

async function sessions(req, res) {
  let transport = transports.get(req.headers["mcp-session-id"]);
  if (transport === undefined) {
    transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse,
      onsessioninitialized: (id) => transports.set(id, transport),
    });
    transport.onclose = () => transports.delete(transport.sessionId);
    await createMcpServer().connect(transport);
  }
  return transport.handleRequest(req, res);
}

const validateHost = localhostHostValidation();
const validateOrigin = localhostOriginValidation();
const answer = mode === "sessionless" ? sessionless : sessions;
createServer((req, res) => {
  if (validateHost(req, res) && validateOrigin(req, res)) void answer(req, res);
}).listen(Number(port), "127.0.0.1");
