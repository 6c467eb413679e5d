import { McpServer } from "@towpath/mcp-core";
import { z } from "zod";
import { deferred } from "@towpath/test-support/deferred.js";

/** A server whose one tool adds. */
export function calculator(): McpServer {
  const mcp = new McpServer("calculator");
  mcp.tool("add", { input: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => a + b);
  return mcp;
}

/** A server with a tool whose calls a test holds back. */
export interface Waiting {
  readonly mcp: McpServer;
  /** Settles when the call with this name has begun. */
  begun(call: string): Promise<void>;
  /** Lets the call with this name answer, whether it has begun or not. */
  release(call: string): void;
  /** Settles when the call with this name was given up. */
  aborted(call: string): Promise<void>;
}

/**
 * Besides `add` it has `wait`, which sends progress when it is asked to, and then waits.
 * @param stubborn also when it was given up
 */
export function waitingServer({ stubborn = false } = {}): Waiting {
  const mcp = calculator();
  const [begun, released, aborted] = [perName(), perName(), perName()];
  mcp.tool("wait", { input: z.object({ call: z.string() }) }, async ({ call }, ctx) => {
    ctx.signal.addEventListener("abort", () => aborted(call).resolve());
    begun(call).resolve();
    await ctx.progress(1, 2, `${call} has begun`);
    await Promise.race([released(call).promise, ...(stubborn ? [] : [aborted(call).promise])]);
    return `${call} is done`;
  });
  return {
    mcp,
    begun: (call) => begun(call).promise,
    release: (call) => released(call).resolve(),
    aborted: (call) => aborted(call).promise,
  };
}

function perName(): (name: string) => ReturnType<typeof deferred<void>> {
  const known = new Map<string, ReturnType<typeof deferred<void>>>();
  return (name) => {
    const found = known.get(name) ?? deferred();
    known.set(name, found);
    return found;
  };
}
