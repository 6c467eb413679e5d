import { McpServer, memoryState, type Context, type McpServerOptions } from "@towpath/mcp-core";
import type { ManualClock } from "@towpath/mcp-core/testing";
import { deferred } from "@towpath/test-support/deferred.js";
import { z } from "zod";
import type { SseServerOptions } from "../../src/index.js";
import { startServer, type Started } from "./start-server.js";

/** A call of the tool `play`: what it does is up to the test. */
export interface Play {
  readonly ctx: Context;
  /** Ends it with a text as its result. */
  readonly end: (text: string) => void;
  /** Settles when it was given up. */
  readonly aborted: Promise<void>;
}

/** A server with tools that add, and that do what the test says. */
export interface StagedServer {
  readonly mcp: McpServer;
  /** Settles when `play` was called with this name. */
  readonly playing: (name: string) => Promise<Play>;
}

export interface Stage extends Started, StagedServer {}

export function stagedServer(options: McpServerOptions = {}): StagedServer {
  const mcp = new McpServer("stage", options);
  const plays = new Map<string, ReturnType<typeof deferred<Play>>>();
  const play = (name: string): ReturnType<typeof deferred<Play>> => {
    const known = plays.get(name) ?? deferred<Play>();
    plays.set(name, known);
    return known;
  };
  mcp.tool("play", { input: z.object({ name: z.string() }) }, async ({ name }, ctx) => {
    const [ending, aborted] = [deferred<string>(), deferred()];
    ctx.signal.addEventListener("abort", () => aborted.resolve());
    play(name).resolve({ ctx, end: ending.resolve, aborted: aborted.promise });
    return Promise.race([ending.promise, aborted.promise.then(() => "given up")]);
  });
  mcp.tool("add", { input: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => a + b);
  mcp.tool("whoami", {}, (_args, ctx) => {
    const scopes = ctx.principal?.scopes?.join(" ") ?? "";
    return `${ctx.principal?.id ?? "nobody"} ${scopes} ${ctx.headers?.get("x-name") ?? ""}`.trim();
  });
  mcp.resource("notes://today", {}, () => "nothing yet");
  return { mcp, playing: (name) => play(name).promise };
}

export async function stage(options: SseServerOptions = {}, served: McpServerOptions = {}): Promise<Stage> {
  const staged = stagedServer(served);
  return { ...(await startServer(staged.mcp, options)), ...staged };
}

export interface NodesStart {
  readonly clock?: ManualClock;
  readonly options?: SseServerOptions;
}

/** Two servers of the same kind that share their state. */
export async function twoNodes({ clock, options = {} }: NodesStart = {}): Promise<readonly [Stage, Stage]> {
  const state = memoryState(clock === undefined ? {} : { clock });
  const all = { ...(clock !== undefined && { clock }), ...options };
  return [await stage(all, { state }), await stage(all, { state })];
}
