import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { WebSocketClientTransport } from "@modelcontextprotocol/sdk/client/websocket.js";
import { McpServer as OfficialServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  CallToolResultSchema,
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
  type JSONRPCMessage,
} from "@modelcontextprotocol/sdk/types.js";
import { McpClient, McpServer } from "@towpath/mcp-core";
import { webSocket, webSocketClient } from "@towpath/transport-ws";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { z } from "zod";

// The official client speaks over the runtime's own, which the oldest Node there is support for has not.
beforeAll(() => void vi.stubGlobal("WebSocket", WebSocket));
afterAll(() => void vi.unstubAllGlobals());

const text = (value: string): object => ({ content: [{ type: "text", text: value }] });

describe("the official v1 client over a WebSocket to our server", () => {
  async function connected() {
    const mcp = new McpServer("ours");
    mcp.tool("add", { input: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => a + b);
    mcp.tool("book", {}, async (_args, ctx) => {
      await ctx.progress(1, 2);
      const answer = await ctx.elicit("Which day?", z.object({ day: z.string() }));
      return answer.action === "accept" ? `booked ${answer.content.day}` : "nothing booked";
    });
    mcp.tool("wait", {}, async (_args, ctx) => {
      await ctx.progress(1);
      return new Promise<string>((resolve) => ctx.signal.addEventListener("abort", () => resolve("stopped")));
    });
    const running = await mcp.start(webSocket({ port: 0 }));
    onTestFinished(() => running.drain({ timeoutMs: 0 }));
    const client = new Client({ name: "official", version: "1" }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: "accept", content: { day: "Friday" } }));
    await client.connect(new WebSocketClientTransport(new URL(running.urls[0] ?? "")));
    onTestFinished(() => client.close());
    return { mcp, client };
  }

  it("lists and calls tools", async () => {
    const { client } = await connected();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["add", "book", "wait"]);
    expect(await client.callTool({ name: "add", arguments: { a: 1, b: 2 } })).toMatchObject(text("3"));
  });

  it("calls a hundred times at once", async () => {
    const { client } = await connected();
    const calls = Array.from({ length: 100 }, (_, a) =>
      client.callTool({ name: "add", arguments: { a, b: 1 } }),
    );
    expect(await Promise.all(calls)).toMatchObject(calls.map((_, a) => text(String(a + 1))));
  });

  it("is told of progress, and answers questions", async () => {
    const { client } = await connected();
    const told: number[] = [];
    const onprogress = ({ progress }: { readonly progress: number }) => void told.push(progress);
    const result = await client.callTool({ name: "book" }, CallToolResultSchema, { onprogress });
    expect([result, told]).toMatchObject([text("booked Friday"), [1]]);
  });

  it("cancels, and goes on", async () => {
    const { client } = await connected();
    const giving = new AbortController();
    const onprogress = () => giving.abort("enough");
    const called = client.callTool({ name: "wait" }, CallToolResultSchema, {
      signal: giving.signal,
      onprogress,
    });
    await expect(called).rejects.toThrow("enough");
    await client.ping();
  });

  it("hears of changes", async () => {
    const { mcp, client } = await connected();
    const heard = new Promise<void>((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
    });
    await client.listTools();
    mcp.tool("newcomer", {}, () => "hello");
    await heard;
  });
});

/** The official SDKs have no transport for servers over WebSocket: this is what one needs at the least. */
class ServedSocket implements Transport {
  onclose?: () => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  async start(): Promise<void> {
    // Our client sends it.
    this.#socket.on("message", (data: Buffer) =>
      this.onmessage?.(JSON.parse(data.toString()) as JSONRPCMessage),
    );
    this.#socket.on("close", () => this.onclose?.());
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#socket.send(JSON.stringify(message));
  }

  async close(): Promise<void> {
    this.#socket.close();
  }
}

describe("our client over a WebSocket to the official v1 server", () => {
  it("finds out its era, calls, is told of progress, answers questions, and cancels", async () => {
    const sockets = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "mcp" });
    onTestFinished(() => {
      sockets.close();
    });
    sockets.on("connection", (socket) => void officialServer().connect(new ServedSocket(socket)));
    await once(sockets, "listening");
    // Listening on a port, so the address is an object.
    const { port } = sockets.address() as AddressInfo;
    const client = await McpClient.connect(webSocketClient(`ws://127.0.0.1:${String(port)}`), {
      elicit: () => ({ action: "accept", content: { day: "Friday" } }),
    });
    onTestFinished(() => client.close());
    expect([client.era, client.server?.name]).toEqual(["handshake", "official"]);
    const told: number[] = [];
    const onProgress = ({ progress }: { readonly progress: number }) => void told.push(progress);
    expect(await client.callTool("book", {}, { onProgress })).toMatchObject(text("booked Friday"));
    expect(told).toEqual([1]);
    const giving = new AbortController();
    const waiting = client.callTool("wait", {}, { signal: giving.signal, onProgress: () => giving.abort() });
    await expect(waiting).rejects.toThrow();
    expect(await client.callTool("aborted")).toMatchObject(text("1"));
  });
});

function officialServer(): OfficialServer {
  const server = new OfficialServer({ name: "official", version: "1" }, { capabilities: { tools: {} } });
  let aborted = 0;
  server.registerTool("book", {}, async ({ _meta, sendNotification }) => {
    const params = { progressToken: _meta?.progressToken ?? 0, progress: 1 };
    await sendNotification({ method: "notifications/progress", params });
    const requestedSchema = { type: "object" as const, properties: { day: { type: "string" as const } } };
    const { content } = await server.server.elicitInput({ message: "Which day?", requestedSchema });
    return { content: [{ type: "text", text: `booked ${String(content?.["day"])}` }] };
  });
  server.registerTool("wait", {}, async ({ _meta, sendNotification, signal }) => {
    const params = { progressToken: _meta?.progressToken ?? 0, progress: 1 };
    await sendNotification({ method: "notifications/progress", params });
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    aborted += 1;
    return { content: [] };
  });
  server.registerTool("aborted", {}, () => ({ content: [{ type: "text", text: String(aborted) }] }));
  return server;
}
