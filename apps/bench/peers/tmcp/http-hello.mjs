import { createServer } from "node:http";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { HttpTransport } from "@tmcp/transport-http";
import { McpServer } from "tmcp";

const server = new McpServer(
  { name: "bench", version: "1.0.0" },
  { adapter: undefined, capabilities: { tools: {} } },
);
server.tool({ name: "hello", description: "Greets" }, () => ({
  content: [{ type: "text", text: "Hello, world" }],
}));
const transport = new HttpTransport(server, { path: "/mcp", allowedOrigins: [] });
const listener = createRequestListener(
  async (request) => (await transport.respond(request)) ?? new Response(null, { status: 404 }),
);
createServer(listener).listen(8000, "127.0.0.1");
