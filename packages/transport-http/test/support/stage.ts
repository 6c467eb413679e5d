import { McpServer, memoryState, type Context, type McpServerOptions } from "@towpath/mcp-core";
import { nodeView, type ManualClock, type NodeView } from "@towpath/mcp-core/testing";
import { z } from "zod";
import type { StreamableHttpOptions } from "../../src/index.js";
import { deferred } from "@towpath/test-support/deferred.js";
import { startServer, type Started } from "./start-server.js";

/** A call of the tool `play`: what it does is up to the test. */
export interface Play {
  readonly ctx: Context;
  /** Ends it with a text as its result. */
  end(text: string): void;
  /** Settles when it was given up. */
  readonly aborted: Promise<void>;
}

/** One of the servers that a test talks to. */
export interface Stage extends Started {
  readonly mcp: McpServer;
  /** Settles when `play` was called here with this name. */
  playing(name: string): Promise<Play>;
}

/** A server whose tool `play` does what the test says, which has a resource, and logs when told to. */
export async function stage(
  options: StreamableHttpOptions = {},
  serverOptions: McpServerOptions = {},
): Promise<Stage> {
  const mcp = new McpServer("stage", serverOptions);
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
  mcp.tool("say", { input: z.object({ text: z.string() }) }, ({ text }, ctx) => {
    ctx.log.info(text);
    return text;
  });
  mcp.resource("notes://today", {}, () => "nothing yet");
  mcp.resource("notes://tomorrow", {}, () => "nothing yet");
  const started = await startServer(mcp, options);
  return { ...started, mcp, playing: (name) => play(name).promise };
}

export interface NodesStart {
  readonly clock?: ManualClock;
  readonly options?: StreamableHttpOptions;
}

/** A server with its view of the state that it shares. */
export interface Node extends Stage {
  readonly view: NodeView;
}

/** Two servers of the same kind that share their state. */
export async function twoNodes({ clock, options = {} }: NodesStart = {}): Promise<readonly [Node, Node]> {
  const timed = clock === undefined ? {} : { clock };
  const state = memoryState(timed);
  const all = { sessions: true, ...timed, ...options };
  const node = async (): Promise<Node> => {
    const view = nodeView(state);
    return { ...(await stage(all, { state: view, ...timed })), view };
  };
  return [await node(), await node()];
}
