import { McpServer } from "@towpath/mcp-core";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cutting } from "@towpath/test-support/byte-cutter.js";
import { CONNECTORS, connected } from "../support/clients.js";
import { like } from "@towpath/test-support/like.js";
import { HANDSHAKE, requestText } from "../support/requests.js";
import { Client } from "../support/client.js";
import { startServer } from "../support/start-server.js";

/** How many calls are under way at once. */
const TOGETHER = 50;

/** A server that sends progress three times. The call says where it is to be cut, which is for the proxy to read. */
function counter(): McpServer {
  const mcp = new McpServer("counter");
  mcp.tool("count", { input: z.object({ cut: z.string() }) }, async ({ cut }, ctx) => {
    for (const step of [1, 2, 3]) await ctx.progress(step, 3, "Grüße");
    return cut;
  });
  return mcp;
}

/** The bytes with which such a call is answered, and how many of them come with the first event. */
async function answerOf(
  port: number,
  url: string,
): Promise<{ readonly length: number; readonly first: number }> {
  const { session } = await Client.begin(url);
  const params = { name: "count", arguments: { cut: "<0000>" }, _meta: { progressToken: 1000 } };
  const text = requestText(
    "POST",
    {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": HANDSHAKE,
      "mcp-session-id": session,
      connection: "keep-alive",
    },
    JSON.stringify({ jsonrpc: "2.0", id: 1000, method: "tools/call", params }),
  );
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  let received = "";
  for await (const chunk of socket) {
    received += String(chunk);
    if (received.endsWith("0\r\n\r\n")) break;
  }
  socket.destroy();
  return {
    length: Buffer.byteLength(received),
    first: Buffer.byteLength(received.split("\n\n")[0] ?? "") + 2,
  };
}

describe.each(CONNECTORS)("over %s, a stream that is cut behind any of its bytes", (_name, http) => {
  it("brings everything once, in order", { timeout: 120_000 }, async () => {
    const server = await startServer(counter(), { sessions: true, retryMs: 0 });
    const { length, first } = await answerOf(server.port, server.url);
    const again = new Set<string>();
    let cuts = 0;
    const url = await cutting(server.url, (request) => {
      const [, told] = /"cut":"<(\d+)>"/.exec(request) ?? [];
      if (told !== undefined) return Number(told);
      // What takes a stream up is cut as well, the first time, somewhere else for each.
      const [, stream] = /^last-event-id: *(\S+)\.[^.\s]+\r$/im.exec(request) ?? [];
      if (stream === undefined || again.has(stream)) return undefined;
      again.add(stream);
      return (cuts += 7) % 600;
    });
    const client = await connected(url, {
      era: "handshake",
      http: { ...http, standingStream: false, resumption: { delayMs: 0 } },
    });
    const outcomes = new Map<number, string>();
    const call = async (at: number): Promise<void> => {
      const heard: number[] = [];
      const cut = `<${String(at).padStart(4, "0")}>`;
      const outcome = client.callTool(
        "count",
        { cut },
        { onProgress: ({ progress }) => heard.push(progress) },
      );
      const said = await outcome.then(
        ({ content }) =>
          JSON.stringify([content.map((block) => "text" in block && block.text === cut), heard]),
        String,
      );
      outcomes.set(at, said);
    };
    for (let from = 0; from <= length; from += TOGETHER)
      await Promise.all(Array.from({ length: TOGETHER }, (_each, index) => call(from + index)));
    // Nothing can be taken up before the first event is there, which says where.
    for (const [at, outcome] of outcomes)
      expect([at, outcome]).toEqual([at, at < first ? like(/^ConnectionLostError: /) : "[[true],[1,2,3]]"]);
    expect(again.size).toBeGreaterThan(length / 2);
  });
});
