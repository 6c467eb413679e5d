import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import {
  McpClient,
  McpServer,
  type ClientTransport,
  type ElicitResult,
  type McpClientOptions,
  type McpServerOptions,
} from "@towpath/mcp-core";
import { httpServer } from "@towpath/mcp-core/http-node";
import { onTestFinished } from "vitest";
import { z } from "zod";

/** A server that adds, asks before it empties a cup, and says which node it is. */
export function calculator(node = "only", options: McpServerOptions = {}): McpServer {
  const mcp = new McpServer("calculator", options);
  mcp.tool("add", { input: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => String(a + b));
  mcp.tool("empty", {}, async (_args, ctx) => (await ctx.elicit("Empty the cup?")).action);
  mcp.tool("where", {}, () => node);
  return mcp;
}

/** Serves on a free port until the test is over. Gives the origin. */
export async function serve(
  mcp: McpServer,
  ...parts: Parameters<typeof httpServer> extends [unknown, ...infer Parts] ? Parts : never
): Promise<string> {
  const running = await mcp.start(httpServer({ port: 0 }, ...parts));
  onTestFinished(() => running.drain({ timeoutMs: 0 }));
  return new URL(running.urls[0] ?? "").origin;
}

/** A client that agrees to everything, until the test is over. */
export async function connect(
  transport: ClientTransport,
  options: Pick<McpClientOptions, "era" | "info"> = {},
): Promise<McpClient> {
  const elicit = (): ElicitResult => ({ action: "accept", content: {} });
  const client = await McpClient.connect(transport, { ...options, elicit });
  onTestFinished(() => client.close());
  return client;
}

/** What a tool says. */
export async function said(client: McpClient, tool: string, args?: object): Promise<string> {
  const { content } = await client.callTool(tool, args === undefined ? undefined : { ...args });
  return content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

/** A load balancer that sends each request to the next node, whoever it is from. Gives its origin. */
export async function roundRobin(...nodes: readonly string[]): Promise<string> {
  let turn = 0;
  const balancer = createServer((incoming, answer) => {
    const node = nodes[turn++ % nodes.length] ?? "";
    const { method, headers, url = "/" } = incoming;
    const passed = request(new URL(url, node), { method, headers }, (received) => {
      answer.writeHead(received.statusCode ?? 502, received.headers);
      received.pipe(answer);
    });
    // Whoever is at the other end learns of it by the end of the connection.
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy());
    incoming.pipe(passed);
  });
  await once(balancer.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    const closed = once(balancer.close(), "close");
    balancer.closeAllConnections();
    await closed;
  });
  // It listens at an address, not at a pipe.
  return `http://127.0.0.1:${String((balancer.address() as AddressInfo).port)}`;
}
