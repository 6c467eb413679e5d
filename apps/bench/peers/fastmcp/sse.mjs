// Usage: node sse.mjs <port>
// Beside Streamable HTTP, it serves HTTP+SSE at /sse unasked.
import { FastMCP } from "fastmcp";
import { z } from "zod";

const server = new FastMCP({ name: "bench", version: "1.0.0" });
server.addTool({
  name: "add",
  parameters: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }) => String(a + b),
});
await server.start({
  transportType: "httpStream",
  httpStream: { host: "127.0.0.1", port: Number(process.argv[2]) },
});
