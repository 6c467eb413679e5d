import { McpServer } from "@towpath/mcp-core";
import { httpServer } from "@towpath/mcp-core/http-node";
import { streamableHttp } from "@towpath/transport-http";
import { sse } from "@towpath/transport-sse";
import { webSocket } from "@towpath/transport-ws";
import { onTestFinished } from "vitest";
import { z } from "zod";

/** A server that has all there is on one port. */
export interface Everywhere {
  readonly mcp: McpServer;
  readonly http: string;
  readonly sse: string;
  readonly ws: string;
  /** Where it is, without a path. */
  readonly origin: string;
  drain(timeoutMs?: number): Promise<void>;
}

/** Serves until the test is over. */
export async function serveEverywhere(): Promise<Everywhere> {
  const mcp = toolServer();
  const all = [streamableHttp({ sessions: true }), sse(), webSocket()];
  const running = await mcp.start(httpServer({ port: 0 }, ...all));
  onTestFinished(() => running.drain({ timeoutMs: 0 }));
  const [http = "", sseUrl = "", ws = ""] = running.urls;
  return {
    mcp,
    http,
    sse: sseUrl,
    ws,
    origin: new URL(http).origin,
    drain: (timeoutMs) => running.drain(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** Tools that answer, report, ask and wait. */
export function toolServer(): McpServer {
  const mcp = new McpServer("everywhere");
  mcp.tool("add", { input: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => a + b);
  mcp.tool("book", {}, async (_args, ctx) => {
    await ctx.progress(1, 2);
    const answer = await ctx.elicit("Which day?", z.object({ day: z.string() }));
    return answer.action === "accept" ? `booked ${answer.content.day}` : "nothing booked";
  });
  mcp.tool("wait", {}, async (_args, ctx) => {
    await ctx.progress(1);
    return new Promise<string>((resolve) => ctx.signal.addEventListener("abort", () => resolve("stopped")));
  });
  return mcp;
}
