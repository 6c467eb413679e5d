import assert from "node:assert/strict";
import { McpClient, remoteTransport, type ClientTransport, type Era } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { startPython } from "./environment.js";

/** One way in which a Python server is served, and our client speaks to it. */
export interface Call {
  readonly make: "fastmcp" | "mcp";
  readonly flags: readonly string[];
  readonly era?: Era;
  /** Where our client is told the server is; elsewhere the server redirects. */
  readonly asked?: string;
  /** Default: Streamable HTTP; with `found` our client is told the URL alone. */
  readonly over?: "sse" | "found";
}

const TRANSPORTS = { streamableHttp: streamableHttpClient, sse: sseClient };

function transportTo(url: URL, over: Call["over"]): ClientTransport {
  if (over === undefined) return streamableHttpClient(url);
  return over === "sse" ? sseClient(url) : remoteTransport(url, TRANSPORTS);
}

const text = ({ content }: { readonly content: readonly object[] }): unknown => {
  const [first] = content;
  return first !== undefined && "text" in first ? first.text : undefined;
};

/** Does everything there is to do. @returns the revision that was spoken */
export async function callPython({ make, flags, era, asked, over }: Call): Promise<string> {
  const server = await startPython([make, ...flags]);
  const logged: unknown[] = [];
  const client = await McpClient.connect(transportTo(new URL(asked ?? "", server.url), over), {
    ...(era !== undefined && { era }),
    elicit: () => ({ action: "accept", content: { value: "Ada" } }),
    logLevel: "info",
    onLog: ({ data }) => logged.push(data),
  });
  try {
    await basics(client);
    const streams = !flags.includes("--json");
    const asks = client.era === "stateless" || (streams && !flags.includes("--stateless"));
    if (streams) await progress(client);
    if (asks) assert.equal(text(await client.callTool("ask")), "Hello, Ada");
    if (make === "fastmcp" && streams) {
      assert.equal(text(await client.callTool("log")), "logged");
      assert.match(JSON.stringify(logged), /almost/);
    }
    if (flags.includes("--resumable") && client.era === "handshake") await resumption(client);
    return client.revision;
  } finally {
    await client.close();
    await server.end();
  }
}

async function basics(client: McpClient): Promise<void> {
  const names = (await client.listTools()).map(({ name }) => name);
  assert.deepEqual(names.slice(0, 2), ["add", "fail"]);
  assert.deepEqual((await client.callTool("add", { a: 2 })).structuredContent, { sum: 3 });
  assert.equal((await client.callTool("fail")).isError, true);
  assert.equal((await client.callTool("add", { a: "two" })).isError, true);
  assert.match(JSON.stringify(await client.readResource("config://app")), /dark/);
  assert.match(JSON.stringify(await client.readResource("note://7")), /note 7/);
  assert.match(JSON.stringify(await client.getPrompt("greet", { name: "Ada" })), /Greet Ada/);
  await assert.rejects(client.readResource("nowhere://at/all"));
}

async function progress(client: McpClient): Promise<void> {
  const reported: number[] = [];
  const onProgress = ({ progress }: { progress: number }): void => void reported.push(progress);
  assert.equal(text(await client.callTool("steps", { count: 3 }, { onProgress })), "done");
  assert.deepEqual(reported, [1, 2, 3]);
}

/** The server hangs up in between, and goes on. */
async function resumption(client: McpClient): Promise<void> {
  const reported: number[] = [];
  let begun: () => void = () => undefined;
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  const onProgress = ({ progress }: { progress: number }): void => {
    reported.push(progress);
    begun();
  };
  const calling = client.callTool("hang_up", {}, { onProgress });
  await beginning;
  await client.callTool("pick_up");
  assert.equal(text(await calling), "here again");
  assert.deepEqual(reported, [1, 2]);
}
