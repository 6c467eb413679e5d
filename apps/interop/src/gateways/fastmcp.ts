import assert from "node:assert/strict";
import { McpClient, remoteTransport } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { ownPath, pathOf, startOn } from "./environment.js";

const TRANSPORTS = { streamableHttp: streamableHttpClient, sse: sseClient };

/** Our client of a server of `fastmcp`, which has HTTP+SSE beside Streamable HTTP. @returns what was spoken */
export async function callFastMcp(path: "/mcp" | "/sse", told?: "sse"): Promise<string> {
  const server = await startOn(
    (port) => [ownPath("gateways/fastmcp-server"), pathOf("fastmcp"), String(port)],
    "serving",
  );
  const url = `http://127.0.0.1:${String(server.port)}${path}`;
  const logged: unknown[] = [];
  const transport = told === "sse" ? sseClient(url) : remoteTransport(url, TRANSPORTS);
  try {
    const client = await McpClient.connect(transport, {
      logLevel: "info",
      onLog: ({ data }) => logged.push(data),
    });
    await everything(client);
    assert.match(JSON.stringify(logged), /almost/);
    await client.close();
    return client.revision;
  } finally {
    await server.end();
  }
}

async function everything(client: McpClient): Promise<void> {
  const names = (await client.listTools()).map(({ name }) => name);
  assert.deepEqual(names, ["add", "steps", "log", "fail"]);
  const sums = await Promise.all(Array.from({ length: 50 }, (_, a) => client.callTool("add", { a, b: 1 })));
  assert.deepEqual(
    sums.map(({ content }) => content),
    sums.map((_, a) => [{ type: "text", text: String(a + 1) }]),
  );
  const reported: number[] = [];
  const onProgress = ({ progress }: { readonly progress: number }) => void reported.push(progress);
  await client.callTool("steps", {}, { onProgress });
  assert.deepEqual(reported, [1, 2, 3]);
  await client.callTool("log");
  assert.equal((await client.callTool("fail")).isError, true);
  assert.match(JSON.stringify(await client.readResource("config://app")), /dark/);
  assert.match(JSON.stringify(await client.getPrompt("greet", { name: "Ada" })), /Greet Ada/);
}
