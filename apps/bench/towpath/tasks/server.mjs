// Usage: node server.mjs <port> <none|memory|redis://…> [<prefix>]
import { McpServer, memoryState } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import { redisState } from "@towpath/state-redis";
import { streamableHttp } from "@towpath/transport-http";

const [port, location, prefix] = process.argv.slice(2);
const input = jsonSchema({
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
});

// As many as the tasks of a whole run, none of which is forgotten meanwhile.
const limits = { maxRecords: 5_000_000 };
const states = { none: () => undefined, memory: () => memoryState({ limits }) };
const state = (states[location] ?? (() => redisState(location, { prefix })))();
const mcp = new McpServer(
  { name: "bench", version: "1.0.0" },
  {
    ...(state !== undefined && { state }),
    tasks: { pollIntervalMs: 5_000, maxTasks: 5_000_000 },
  },
);
mcp.tool("add", { input, task: { ttlMs: 60_000 } }, ({ a, b }) => String(a + b));

const waiting = new Set();
mcp.tool("wait", { task: true }, () => new Promise((resolve) => waiting.add(resolve)));
mcp.tool("release", {}, () => {
  for (const resolve of waiting) resolve("done");
  waiting.clear();
  return "released";
});

await mcp.run(streamableHttp({ port: Number(port), sessions: true, limits: { maxInFlight: 50_000 } }));
