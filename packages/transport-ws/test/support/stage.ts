import { McpServer, type Context } from "@towpath/mcp-core";
import { z } from "zod";
import { deferred } from "@towpath/test-support/deferred.js";

/** A call of the tool `play`: what it does is up to the test. */
export interface Play {
  readonly ctx: Context;
  /** Ends it with a text as its result. */
  end(text: string): void;
}

/** A server with tools that add, report and ask, and whose calls of `play` a test directs. */
export interface Stage {
  readonly mcp: McpServer;
  /** Settles when `play` is called next. */
  playing(): Promise<Play>;
}

export function stage(): Stage {
  const mcp = new McpServer("stage");
  const plays: ((play: Play) => void)[] = [];
  mcp.tool("add", { input: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => a + b);
  mcp.tool("later", { input: z.object({ text: z.string() }) }, async ({ text }) => {
    await new Promise((resolve) => setImmediate(resolve));
    return text;
  });
  mcp.tool("play", {}, async (_args, ctx) => {
    const ending = deferred<string>();
    plays.shift()?.({ ctx, end: ending.resolve });
    return ending.promise;
  });
  mcp.tool("book", {}, async (_args, ctx) => {
    const answer = await ctx.elicit("Which day?", z.object({ day: z.string() }));
    return answer.action === "accept" ? `booked ${answer.content.day}` : "nothing booked";
  });
  mcp.tool("long", { input: z.object({ length: z.number() }) }, ({ length }) => "x".repeat(length));
  return { mcp, playing: () => new Promise((resolve) => plays.push(resolve)) };
}
