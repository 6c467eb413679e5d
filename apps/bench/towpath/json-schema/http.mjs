// Usage: node http.mjs <port> <json|sse> <sessions|sessionless> [<tools>]
import { McpServer } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import { streamableHttp } from "@towpath/transport-http";

const [port, answers, mode, tools] = process.argv.slice(2);
const input = jsonSchema({
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
});
const add = ({ a, b }) => String(a + b);

// All tools on one page, as the others list them.
const mcp = new McpServer({ name: "bench", version: "1.0.0" }, { pageSize: 1_000 });
mcp.tool("add", { input }, add);
for (let i = 1; i < Number(tools); i++) {
  mcp.tool(`add_${i}`, { description: `Adds two numbers, as number ${i} of many tools does`, input }, add);
}
await mcp.run(
  streamableHttp({
    port: Number(port),
    answers: answers === "json" ? "auto" : "stream",
    sessions: mode === "sessions",
    limits: { maxSessions: 20_000 },
  }),
);
