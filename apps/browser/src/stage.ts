import { McpServer, type Context } from "@towpath/mcp-core";
import { streamableHttp, type StreamableHttpOptions } from "@towpath/transport-http";
import { z } from "zod";
import { deferred } from "./deferred.js";

/** A call of the tool `play`: what it does is up to the test. */
export interface Play {
  readonly ctx: Context;
  /** Ends it with a text as its result. */
  end(text: string): void;
}

/** A server for pages of one origin, and what a test does on it. */
export interface Stage {
  readonly url: string;
  readonly mcp: McpServer;
  /** Settles when `play` is called next. */
  playing(): Promise<Play>;
  close(): Promise<void>;
}

/** A server with tools that report, ask, and are called with a header of their own. */
export async function openStage(origin: string, options: StreamableHttpOptions = {}): Promise<Stage> {
  const mcp = new McpServer("stage");
  const plays: ((play: Play) => void)[] = [];
  mcp.tool("play", {}, async (_args, ctx) => {
    const ending = deferred<string>();
    plays.shift()?.({ ctx, end: ending.resolve });
    return ending.promise;
  });
  mcp.tool("book", {}, async (_args, ctx) => {
    await ctx.progress(1, 2, "looking for free days");
    const answer = await ctx.elicit("Which day?", z.object({ day: z.string() }));
    if (answer.action !== "accept") return "nothing booked";
    await ctx.progress(2, 2, "booking");
    return `booked ${answer.content.day}`;
  });
  const region = z.string().meta({ "x-mcp-header": "Region" });
  mcp.tool("weather", { input: z.object({ region }) }, (args) => `rain in ${args.region}`);
  const running = await mcp.start(
    streamableHttp({ port: 0, sessions: true, retryMs: 1, allowedOrigins: [origin], ...options }),
  );
  const [url = ""] = running.urls;
  return {
    url,
    mcp,
    playing: () => new Promise((resolve) => plays.push(resolve)),
    close: () => running.drain({ timeoutMs: 0 }),
  };
}
