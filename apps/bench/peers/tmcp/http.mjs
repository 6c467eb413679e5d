// Usage: node http.mjs <port> sse <sessions|sessionless> [<tools>]. Both eras are answered with event streams.
import { createServer } from "node:http";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { ZodJsonSchemaAdapter } from "@tmcp/adapter-zod";
import { HttpTransport } from "@tmcp/transport-http";
import { McpServer } from "tmcp";
import { z } from "zod";

const [port, , , tools] = process.argv.slice(2);
const server = new McpServer(
  { name: "bench", version: "1.0.0" },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
);
const schema = z.object({ a: z.number(), b: z.number() });
const add = ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] });
server.tool({ name: "add", description: "Adds", schema }, add);
for (let i = 1; i < Number(tools); i++) {
  const description = `Adds two numbers, as number ${i} of many tools does`;
  server.tool({ name: `add_${i}`, description, schema }, add);
}

const transport = new HttpTransport(server, { path: "/mcp", allowedOrigins: [] });
const listener = createRequestListener(
  async (request) => (await transport.respond(request)) ?? new Response(null, { status: 404 }),
);
createServer(listener).listen(Number(port), "127.0.0.1");
