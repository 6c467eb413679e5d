import { setTimeout as pause } from "node:timers/promises";
import { McpServer, type McpServerOptions } from "@towpath/mcp-core";
import { numbered, PROGRESS_MS, timed } from "./inputs.js";
import type { Ledger } from "./ledger.js";
import { addTasks } from "./tasks.js";

/** Tools whose every run is counted, and one that says where it ran. Each may only be run when it is called. */
export function countingServer(node: string, ledger: Ledger, options: McpServerOptions): McpServer {
  const mcp = new McpServer("counting", options);
  const said = (call: string, where = node): string => JSON.stringify({ call, node: where });

  mcp.tool("where", {}, () => node);

  mcp.tool("quick", { input: numbered }, async ({ call }) => {
    await ledger.begun(call);
    return said(call);
  });

  mcp.tool("slow", { input: timed }, async ({ call, ms }, ctx) => {
    await ledger.begun(call);
    for (let passed = 0; passed < ms; passed += PROGRESS_MS) {
      await ctx.progress(passed, ms);
      await pause(Math.min(PROGRESS_MS, ms - passed), undefined, { signal: ctx.signal });
    }
    return said(call);
  });

  mcp.tool("ask", { input: numbered }, async ({ call }, ctx) => {
    // In a step, as the handler runs again, perhaps elsewhere, where the answer comes with a request of its own.
    const where = await ctx.step("begin", () => ledger.begun(call).then(() => node), { once: true });
    const { action } = await ctx.elicit(`Go on with ${call}?`);
    if (action !== "accept") throw new Error(`${call} was answered with ${action}`);
    return said(call, where);
  });

  addTasks(mcp, node, ledger);
  return mcp;
}
