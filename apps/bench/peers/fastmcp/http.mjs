// Usage: node http.mjs <port> <json|sse> <sessions|sessionless> [<tools>]
import { FastMCP } from "fastmcp";
import { z } from "zod";

const [port, answers, mode, tools] = process.argv.slice(2);
const server = new FastMCP({ name: "bench", version: "1.0.0" });
const parameters = z.object({ a: z.number(), b: z.number() });
const execute = async ({ a, b }) => String(a + b);
server.addTool({ name: "add", parameters, execute });
for (let i = 1; i < Number(tools); i++) {
  const description = `Adds two numbers, as number ${i} of many tools does`;
  server.addTool({ name: `add_${i}`, description, parameters, execute });
}
await server.start({
  transportType: "httpStream",
  httpStream: {
    host: "127.0.0.1",
    port: Number(port),
    stateless: mode === "sessionless",
    enableJsonResponse: answers === "json",
  },
});
