// Usage: node http.mjs <port> <json|sse> <sessions|sessionless> [<tools>]. Answers as the request accepts it.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { InMemorySessionAdapter, McpServer, StreamableHttpTransport } from "mcp-lite";
import { z } from "zod";

const [port, , mode, tools] = process.argv.slice(2);
const mcp = new McpServer({
  name: "bench",
  version: "1.0.0",
  schemaAdapter: (schema) => z.toJSONSchema(schema),
});
const inputSchema = z.object({ a: z.number(), b: z.number() });
const handler = ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] });
mcp.tool("add", { inputSchema, handler });
for (let i = 1; i < Number(tools); i++) {
  const description = `Adds two numbers, as number ${i} of many tools does`;
  mcp.tool(`add_${i}`, { description, inputSchema, handler });
}

const transport = new StreamableHttpTransport(
  mode === "sessions" ? { sessionAdapter: new InMemorySessionAdapter({ maxEventBufferSize: 1024 }) } : {},
);
const answer = transport.bind(mcp);
const app = new Hono();
app.all("/mcp", (c) => answer(c.req.raw));
serve({ fetch: app.fetch, port: Number(port), hostname: "127.0.0.1" });
