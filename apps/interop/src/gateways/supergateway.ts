import assert from "node:assert/strict";
import {
  McpClient,
  McpServer,
  remoteTransport,
  ToolError,
  type ClientTransport,
  type Era,
  type McpClientOptions,
} from "@towpath/mcp-core";
import { streamableHttp, streamableHttpClient } from "@towpath/transport-http";
import { sse, sseClient } from "@towpath/transport-sse";
import { stdioClient } from "@towpath/transport-stdio";
import { webSocketClient } from "@towpath/transport-ws";
import { z } from "zod";
import { ownPath, pathOf, startOn, type Started } from "./environment.js";

const TRANSPORTS = { streamableHttp: streamableHttpClient, sse: sseClient, ws: webSocketClient };

/** Wraps a stdio server of ours. */
function wrap(fixture: string, output: string, ...flags: readonly string[]): Promise<Started> {
  const command = `"${process.execPath}" "${ownPath(`fixtures/${fixture}`)}"`;
  return startOn(
    (port) => [
      pathOf("supergateway"),
      ...["--stdio", command, "--outputTransport", output, "--port", String(port), ...flags],
    ],
    "Listening on port",
  );
}

const text = ({ content }: { readonly content: readonly object[] }): unknown => {
  const [first] = content;
  return first !== undefined && "text" in first ? first.text : undefined;
};

/** Our client over HTTP+SSE, the gateway, and our server over stdio. */
export async function wrappedOverSse(how: "told" | "found"): Promise<string> {
  const gateway = await wrap("zod-main", "sse");
  try {
    const url = `http://127.0.0.1:${String(gateway.port)}/sse`;
    return await use(how === "told" ? sseClient(url) : remoteTransport(url, TRANSPORTS));
  } finally {
    await gateway.end();
  }
}

/** A second client of the same gateway, which has one process for all of them. */
export async function secondOverSse(): Promise<string> {
  const gateway = await wrap("zod-main", "sse");
  try {
    const url = `http://127.0.0.1:${String(gateway.port)}/sse`;
    await use(sseClient(url));
    return await use(sseClient(url));
  } finally {
    await gateway.end();
  }
}

/** The same over WebSocket, which has both eras. */
export async function wrappedOverWebSocket(era: Era): Promise<string> {
  const gateway = await wrap("zod-main", "ws");
  try {
    return await use(webSocketClient(`ws://127.0.0.1:${String(gateway.port)}/message`), {
      era,
      timeoutMs: 5_000,
    });
  } finally {
    await gateway.end();
  }
}

/** The same over Streamable HTTP. */
export async function wrappedOverHttp(era: Era, ...flags: readonly string[]): Promise<string> {
  const gateway = await wrap("zod-main", "streamableHttp", ...flags);
  try {
    return await use(
      streamableHttpClient(`http://127.0.0.1:${String(gateway.port)}/mcp`),
      { era },
      {
        // Without sessions, each request has a process of its own.
        isShared: era === "handshake" && flags.includes("--stateful"),
      },
    );
  } finally {
    await gateway.end();
  }
}

async function use(
  transport: ClientTransport,
  options: McpClientOptions = {},
  { isShared = true } = {},
): Promise<string> {
  const client = await McpClient.connect(transport, options);
  try {
    const names = (await client.listTools()).map(({ name }) => name);
    assert.deepEqual(names, ["add", "steps", "go", "wait", "fail", "grow"]);
    // A gateway may speak a revision to its server that has no structured content.
    assert.equal(text(await client.callTool("add", { a: 2 })), '{"sum":3}');
    assert.equal((await client.callTool("fail")).isError, true);
    const calls = Array.from({ length: 20 }, (_, a) => client.callTool("add", { a, b: 1 }));
    assert.deepEqual(
      (await Promise.all(calls)).map(text),
      calls.map((_, a) => JSON.stringify({ sum: a + 1 })),
    );
    if (isShared) await inOrder(client);
    return client.revision;
  } finally {
    await client.close();
  }
}

async function inOrder(client: McpClient): Promise<void> {
  const reported: number[] = [];
  let all: () => void = () => undefined;
  const reporting = new Promise<void>((resolve) => (all = resolve));
  const onProgress = ({ progress }: { readonly progress: number }): void => {
    if (reported.push(progress) === 3) all();
  };
  const stepping = client.callTool("steps", { count: 3 }, { onProgress });
  await reporting;
  await client.callTool("go");
  assert.equal(text(await stepping), "done");
  assert.deepEqual(reported, [1, 2, 3]);
  const giving = new AbortController();
  const waiting = client.callTool("wait", {}, { signal: giving.signal });
  giving.abort();
  await assert.rejects(waiting);
}

/** Our client over stdio, the gateway, and our server over HTTP. */
export async function upstream(over: "sse" | "streamableHttp", era?: Era): Promise<string> {
  const transport = over === "sse" ? sse({ port: 0 }) : streamableHttp({ port: 0, sessions: true });
  const running = await upstreamServer().start(transport);
  const gateway = stdioClient({
    command: process.execPath,
    args: [pathOf("supergateway"), `--${over}`, running.urls[0] ?? "", "--logLevel", "none"],
    stderr: () => undefined,
  });
  try {
    return await callUpstream(await McpClient.connect(gateway, era === undefined ? {} : { era }));
  } finally {
    await running.drain();
  }
}

async function callUpstream(client: McpClient): Promise<string> {
  try {
    assert.deepEqual(
      (await client.listTools()).map(({ name }) => name),
      ["add", "fail"],
    );
    assert.deepEqual((await client.callTool("add", { a: 1, b: 2 })).structuredContent, { sum: 3 });
    assert.equal((await client.callTool("fail")).isError, true);
    assert.match(JSON.stringify(await client.readResource("config://app")), /dark/);
    return client.revision;
  } finally {
    await client.close();
  }
}

function upstreamServer(): McpServer {
  const mcp = new McpServer("upstream");
  const numbers = z.object({ a: z.number(), b: z.number() });
  mcp.tool("add", { input: numbers }, ({ a, b }) => ({ sum: a + b }));
  mcp.tool("fail", {}, () => {
    throw new ToolError("the note is gone");
  });
  mcp.resource("config://app", { name: "config", mimeType: "application/json" }, () => ({ theme: "dark" }));
  return mcp;
}
