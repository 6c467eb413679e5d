import { McpServer } from "@towpath/mcp-core";
import type { NodeParts } from "@towpath/mcp-core/testing";
import { z } from "zod";

/** What became of one call on the nodes, as nothing else can tell. */
export interface Trace {
  /** How often it had its effect. */
  effects: number;
  /** Where its handler was begun, each time. */
  readonly nodes: string[];
}

/** What all nodes of one run have done, kept where no node's end is felt. */
export class Ledger {
  readonly #traces = new Map<string, Trace>();

  of(call: string): Trace {
    const known = this.#traces.get(call) ?? { effects: 0, nodes: [] };
    this.#traces.set(call, known);
    return known;
  }
}

/** How long a step of the tool `work` takes, in ms on the clock. */
export const STEP_MS = 400;

/** A server whose tools have effects that are counted. */
export function workshop({ name, state, clock }: NodeParts, ledger: Ledger): McpServer {
  const mcp = new McpServer("workshop", { state, clock, onError: ignore });
  const pause = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      clock.schedule(STEP_MS, resolve);
      signal.addEventListener("abort", () => reject(new Error("given up")), { once: true });
    });
  mcp.tool("work", { input: z.object({ call: z.string(), steps: z.number() }) }, async (args, ctx) => {
    const trace = ledger.of(args.call);
    trace.nodes.push(name);
    trace.effects += 1;
    for (let step = 1; step <= args.steps; step++) {
      await ctx.progress(step, args.steps);
      await pause(ctx.signal);
    }
    return args.call;
  });
  mcp.tool("ask", { input: z.object({ call: z.string() }) }, async ({ call }, ctx) => {
    const trace = ledger.of(call);
    trace.nodes.push(name);
    await ctx.step("effect", () => void (trace.effects += 1));
    const { action } = await ctx.elicit(call);
    return action === "accept" ? call : "declined";
  });
  for (const place of PLACES) mcp.resource(uriOf(place), {}, () => "something");
  // Until somebody has come, nobody is told of changes, wherever they are.
  void mcp.open({ id: name, transport: "none" }).close({ kind: "closed" });
  return mcp;
}

const PLACES = [0, 1, 2];

/** Of the resource that the client in this place subscribes to, and of `all`. */
export function uriOf(place: number): string {
  return `shelf://${String(place)}`;
}

function ignore(): void {
  // A handler that was given up has failed as it should.
}
