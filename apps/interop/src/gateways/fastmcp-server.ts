/** A server of the package `fastmcp`, over Streamable HTTP and HTTP+SSE: fastmcp-server.js <module> <port>. */
import { pathToFileURL } from "node:url";
import { z } from "zod";

interface Context {
  readonly log: { readonly warn: (message: string) => void };
  readonly reportProgress: (progress: { progress: number; total: number }) => Promise<void>;
}

/** What is used of it; the package itself is not there when this is compiled. */
interface FastMcp {
  addTool(tool: {
    name: string;
    description: string;
    parameters?: z.ZodType;
    execute: (args: never, context: Context) => Promise<string>;
  }): void;
  addResource(resource: { uri: string; name: string; mimeType: string; load: () => Promise<object> }): void;
  addPrompt(prompt: {
    name: string;
    arguments: readonly object[];
    load: (args: { name: string }) => Promise<string>;
  }): void;
  start(options: object): Promise<void>;
}

interface Module {
  readonly FastMCP: new (options: object) => FastMcp;
}

const [, , path = "", port = ""] = process.argv;
// As declared above.
const { FastMCP } = (await import(pathToFileURL(path).href)) as Module;

const server = new FastMCP({ name: "fastmcp", version: "1.0.0" });

server.addTool({
  name: "add",
  description: "Adds two numbers",
  parameters: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }: { a: number; b: number }) => String(a + b),
});
server.addTool({
  name: "steps",
  description: "Reports progress",
  execute: async (_args, { reportProgress }) => {
    for (const progress of [1, 2, 3]) await reportProgress({ progress, total: 3 });
    return "done";
  },
});
server.addTool({
  name: "log",
  description: "Logs",
  execute: async (_args, { log }) => {
    log.warn("almost");
    return "logged";
  },
});
server.addTool({
  name: "fail",
  description: "Fails",
  execute: async () => {
    throw new Error("the note is gone");
  },
});
server.addResource({
  uri: "config://app",
  name: "config",
  mimeType: "application/json",
  load: async () => ({ text: '{"theme":"dark"}' }),
});
server.addPrompt({
  name: "greet",
  arguments: [{ name: "name", required: true }],
  load: async ({ name }) => `Greet ${name}`,
});

process.once("SIGTERM", () => process.exit(0));
await server.start({ transportType: "httpStream", httpStream: { port: Number(port), host: "127.0.0.1" } });
console.error("serving");
