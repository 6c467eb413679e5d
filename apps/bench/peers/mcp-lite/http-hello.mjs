import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { McpServer, StreamableHttpTransport } from "mcp-lite";

const mcp = new McpServer({ name: "bench", version: "1.0.0" });
mcp.tool("hello", { handler: () => ({ content: [{ type: "text", text: "Hello, world" }] }) });
const answer = new StreamableHttpTransport().bind(mcp);
const app = new Hono();
app.all("/mcp", (c) => answer(c.req.raw));
serve({ fetch: app.fetch, port: 8000, hostname: "127.0.0.1" });
