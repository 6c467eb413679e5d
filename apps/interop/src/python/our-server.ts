import assert from "node:assert/strict";
import { McpServer } from "@towpath/mcp-core";
import { streamableHttp } from "@towpath/transport-http";
import { sse } from "@towpath/transport-sse";
import { z } from "zod";
import { callFromPython } from "./environment.js";

const EXPECTED = {
  tools: ["add", "steps", "ask"],
  sum: { sum: 3 },
  steps: "done",
  progress: [1, 2, 3],
  asked: "Hello, Ada",
  config: '{"theme":"dark"}',
  prompt: "Greet Ada",
};

/** How our server is served. */
const TRANSPORTS = {
  "Streamable HTTP": () => streamableHttp({ port: 0 }),
  "Streamable HTTP with sessions": () => streamableHttp({ port: 0, sessions: true }),
  "HTTP+SSE": () => sse({ port: 0 }),
};

export type Over = keyof typeof TRANSPORTS;

/** Has a Python client call our server. @returns the revision that was spoken */
export async function callOurs(make: string, mode: string, over: Over): Promise<string> {
  const running = await createServer().start(TRANSPORTS[over]());
  const told = over === "HTTP+SSE" ? ["sse"] : [];
  try {
    // Printed by a script of ours.
    const got = (await callFromPython([make, mode, running.urls[0] ?? "", ...told])) as { revision: string };
    const { revision, ...rest } = got;
    assert.deepEqual(rest, EXPECTED);
    return revision;
  } finally {
    await running.drain();
  }
}

function createServer(): McpServer {
  const mcp = new McpServer("towpath");
  const numbers = z.object({ a: z.number(), b: z.number().default(1) });
  mcp.tool("add", { input: numbers }, ({ a, b }) => ({ sum: a + b }));
  mcp.tool("steps", { input: z.object({ count: z.number().int() }) }, async ({ count }, ctx) => {
    for (let step = 1; step <= count; step += 1) await ctx.progress(step, count, `step ${String(step)}`);
    return "done";
  });
  mcp.tool("ask", {}, async (_args, ctx) => {
    const answer = await ctx.elicit("Who?", z.object({ value: z.string() }));
    return answer.action === "accept" ? `Hello, ${answer.content.value}` : answer.action;
  });
  mcp.resource("config://app", { name: "config", mimeType: "application/json" }, () => ({ theme: "dark" }));
  mcp.prompt("greet", { input: z.object({ name: z.string() }) }, ({ name }) => `Greet ${name}`);
  return mcp;
}
