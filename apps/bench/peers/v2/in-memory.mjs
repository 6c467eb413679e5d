import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

function createServer() {
  const server = new McpServer({ name: "bench", version: "1.0.0" });
  server.registerTool("add", { inputSchema: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => ({
    content: [{ type: "text", text: String(a + b) }],
  }));
  return server;
}

/** Returns `call(a, b)`, which resolves to the text of the tool's answer. */
export async function connect(era) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const mode = era === "stateless" ? { pin: "2026-07-28" } : "legacy";
  const client = new Client({ name: "bench-client", version: "1.0.0" }, { versionNegotiation: { mode } });
  serveStdio(createServer, { transport: far });
  await client.connect(near);
  return async (a, b) => (await client.callTool({ name: "add", arguments: { a, b } })).content[0].text;
}
