import { setTimeout as pause } from "node:timers/promises";
import type { McpServer } from "@towpath/mcp-core";
import { numbered, PROGRESS_MS, sized, timed } from "./inputs.js";
import type { Ledger } from "./ledger.js";

/** Tools whose calls may become tasks. Each may only be run when it is called. */
export function addTasks(mcp: McpServer, node: string, ledger: Ledger): void {
  const said = (call: string): string => JSON.stringify({ call, node });

  mcp.tool("work", { input: timed, task: true }, async ({ call, ms }, ctx) => {
    await ledger.begun(call);
    try {
      for (let passed = 0; passed < ms; passed += PROGRESS_MS) {
        await ctx.progress(passed, ms);
        await pause(Math.min(PROGRESS_MS, ms - passed), undefined, { signal: ctx.signal });
      }
    } catch (error) {
      await ledger.aborted(call, String(ctx.signal.reason));
      throw error;
    }
    return said(call);
  });

  mcp.tool("confirm", { input: numbered, task: true }, async ({ call }, ctx) => {
    await ledger.begun(call);
    const { action } = await ctx.elicit(`Go on with ${call}?`);
    if (action !== "accept") throw new Error(`${call} was answered with ${action}`);
    return said(call);
  });

  mcp.tool("write", { input: sized, task: true }, async ({ call, characters }) => {
    await ledger.begun(call);
    return "x".repeat(characters);
  });
}
