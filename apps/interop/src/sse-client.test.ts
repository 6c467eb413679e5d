import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { McpServer as OfficialServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { McpClient, type ClientTransport } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";

const HEADERS = { authorization: "Bearer token" };

interface Heard {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

function official(): OfficialServer {
  const server = new OfficialServer({ name: "official", version: "1" });
  server.registerTool("echo", { inputSchema: { text: z.string() } }, ({ text }) => ({
    content: [{ type: "text", text }],
  }));
  server.registerTool("count", {}, async ({ _meta, sendNotification }) => {
    for (const progress of [1, 2, 3])
      await sendNotification({
        method: "notifications/progress",
        params: { progressToken: _meta?.progressToken ?? "", progress },
      });
    return { content: [] };
  });
  server.registerTool("ask", {}, async () => {
    const answer = await server.server.elicitInput({
      message: "Name?",
      requestedSchema: { type: "object", properties: { name: { type: "string" } } },
    });
    return { content: [{ type: "text", text: JSON.stringify(answer) }] };
  });
  server.registerTool("wait", {}, ({ signal }) => once(signal, "abort").then(() => ({ content: [] })));
  return server;
}

/** The official server of HTTP+SSE, which knows no other transport. */
async function serving() {
  const heard: Heard[] = [];
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- it is the older transport that is to be spoken to
  const sessions = new Map<string, SSEServerTransport>();
  const ended: string[] = [];
  const http = createServer((request, response) => {
    const { method = "", headers } = request;
    heard.push({ method, headers });
    const url = new URL(request.url ?? "", "http://localhost");
    if (method === "GET" && url.pathname === "/sse") {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
      const transport = new SSEServerTransport("/messages", response);
      sessions.set(transport.sessionId, transport);
      response.once("close", () => ended.push(transport.sessionId));
      void official().connect(transport);
      return;
    }
    const session = sessions.get(url.searchParams.get("sessionId") ?? "");
    if (url.pathname !== "/messages") response.writeHead(405).end();
    else if (session === undefined) response.writeHead(404).end();
    else void session.handlePostMessage(request, response);
  });
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  // Listening on a port, so the address is an object.
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}/sse`, heard, sessions, ended };
}

type Transports = (url: string) => ClientTransport;

/** Both ways to come to HTTP+SSE: asked for, or as what is left. */
const WAYS: readonly (readonly [string, Transports])[] = [
  ["as node:http has it", (url) => sseClient(url, { headers: HEADERS })],
  ["as fetch has it", (url) => sseClient(url, { headers: HEADERS, fetch })],
  [
    "where Streamable HTTP is refused",
    (url) =>
      streamableHttpClient(url, {
        headers: HEADERS,
        sse: (stream) => sseClient(stream, { headers: HEADERS }),
      }),
  ],
];

describe.each(WAYS)("a client over HTTP+SSE, %s", (_name, transport) => {
  async function connected() {
    const server = await serving();
    const client = await McpClient.connect(transport(server.url), {
      elicit: () => ({ action: "accept", content: { name: "Ann" } }),
    });
    onTestFinished(() => client.close());
    return { server, client };
  }

  it("speaks to an official server", async () => {
    const { client } = await connected();
    expect(client).toMatchObject({ era: "handshake", server: { name: "official" } });
    const texts = Array.from({ length: 50 }, (_each, index) => String(index));
    const results = await Promise.all(texts.map((text) => client.callTool("echo", { text })));
    expect(results.map(({ content }) => content)).toEqual(texts.map((text) => [{ type: "text", text }]));
  });

  it("sends the author's headers with everything", async () => {
    const { server, client } = await connected();
    await client.callTool("echo", { text: "x" });
    expect(server.heard.map(({ method }) => method)).toContain("GET");
    for (const { headers } of server.heard) expect(headers).toMatchObject(HEADERS);
  });

  it("hears of progress, and is asked", async () => {
    const { client } = await connected();
    const progress: number[] = [];
    await client.callTool("count", {}, { onProgress: (step) => progress.push(step.progress) });
    expect(progress).toEqual([1, 2, 3]);
    expect(await client.callTool("ask")).toMatchObject({
      content: [{ text: '{"action":"accept","content":{"name":"Ann"}}' }],
    });
  });

  it("ends its session when it is closed", async () => {
    const { server, client } = await connected();
    await client.close();
    await expect.poll(() => server.ended).toEqual([...server.sessions.keys()]);
  });

  it("begins another session when the server has forgotten its own", async () => {
    const { server, client } = await connected();
    server.sessions.clear();
    expect(await client.listTools()).toHaveLength(4);
    expect(server.sessions.size).toBe(1);
  });
});
