// Usage: node node.mjs <port> <none|memory|redis://…> [<prefix>]
import { McpServer, memoryState } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import { redisState } from "@towpath/state-redis";
import { streamableHttp } from "@towpath/transport-http";

const [port, location, prefix] = process.argv.slice(2);
const integers = (...names) =>
  jsonSchema({
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: "number" }])),
    required: names,
  });

const states = { none: () => undefined, memory: () => memoryState() };
const state = (states[location] ?? (() => redisState(location, { prefix })))();
const mcp = new McpServer({ name: "bench", version: "1.0.0" }, state === undefined ? {} : { state });
mcp.tool("add", { input: integers("a", "b") }, ({ a, b }) => String(a + b));

let told = 0;
mcp.tool("tell", { input: integers("events", "characters") }, async ({ events, characters }, ctx) => {
  const text = "x".repeat(characters);
  for (let i = 1; i <= events; i++) await ctx.progress(i, events, text);
  told += 1;
  return "told";
});
mcp.tool("told", {}, () => String(told));

mcp.tool("change", {}, () => {
  mcp.announce("notifications/tools/list_changed");
  return "announced";
});

await mcp.run(
  streamableHttp({
    port: Number(port),
    sessions: true,
    limits: { maxSessions: 50_000, maxInFlight: 50_000 },
  }),
);
