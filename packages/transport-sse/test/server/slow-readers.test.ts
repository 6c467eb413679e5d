import { McpServer } from "@towpath/mcp-core";
import { RawConnection, rawRequest } from "@towpath/test-support/raw-connection.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { SseServerOptions } from "../../src/index.js";
import { startServer } from "../support/start-server.js";
import { initialize } from "../support/visitor.js";

/** A client with a stream that it does not read any more, once it is introduced. */
async function deaf(mcp: McpServer, options: SseServerOptions) {
  const { port, links, drain } = await startServer(mcp, options);
  const connection = await RawConnection.open(port);
  connection.write("GET /sse HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const find = /session=([0-9a-f-]{36})\n/;
  const session = await connection.find((received) => find.exec(received)?.[1], "a session");
  const post = async (message: object): Promise<number> => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    const head = `POST /messages?session=${session} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n\r\n`;
    return (await rawRequest(port, head + body)).status;
  };
  await post({ id: 0, method: "initialize", params: initialize() });
  await connection.until('"id":0');
  connection.socket.pause();
  const call = (id: number, name: string): Promise<number> =>
    post({ id, method: "tools/call", params: { name, arguments: {} } });
  return { connection, links, drain, call };
}

const server = (): McpServer => {
  const mcp = new McpServer("talkative");
  mcp.tool("large", { input: z.object({}) }, () => "x".repeat(300_000));
  mcp.tool("huge", { input: z.object({}) }, () => "x".repeat(50_000_000));
  return mcp;
};

describe("a client that does not read its stream", () => {
  it("is cut off when it takes nothing of what waits in time, and its session ends", async () => {
    const { connection, links, drain, call } = await deaf(server(), { limits: { stallTimeoutMs: 100 } });
    expect(await call(1, "huge")).toBe(202);
    await links.none();
    expect(await call(2, "large")).toBe(404);
    connection.socket.resume();
    await connection.closed;
    expect(connection.received.length).toBeLessThan(50_000_000);
    await drain({ timeoutMs: Infinity });
  });

  it("has no more begun for it while it does not, and is cut off when it goes on asking", async () => {
    const limits = { maxInFlightPerSession: 2, maxQueuedPerSession: 2, maxQueuedBytes: Infinity };
    const { connection, links, call } = await deaf(server(), { limits });
    expect(await call(1, "huge")).toBe(202);
    const statuses: number[] = [];
    // What is refused waits, too.
    for (let id = 2; id < 100 && statuses.at(-1) !== 404; id++) statuses.push(await call(id, "large"));
    expect(statuses.length).toBeLessThan(20);
    expect(statuses.at(-1)).toBe(404);
    connection.vanish();
    await links.none();
  });

  it("gets it all when it reads on", async () => {
    const { connection, call } = await deaf(server(), { limits: { maxQueuedBytes: Infinity } });
    for (const id of [1, 2, 3]) expect(await call(id, "huge")).toBe(202);
    connection.socket.resume();
    await connection.find((received) => received.length > 150_000_000 || undefined, "everything");
    for (const id of [1, 2, 3]) expect(connection.received).toContain(`"id":${String(id)}`);
  });
});
