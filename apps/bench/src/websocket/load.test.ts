import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { HttpServerProcess } from "../http/server.js";
import { raw } from "../implementations.js";
import type { Context } from "../measure.js";
import { CallPool } from "../requests.js";
import { openWebSockets, WebSocketConnection } from "./connection.js";
import { callFrame, webSocketCallsPerSecond } from "./load.js";
import { RunningWebSocket } from "./running.js";

const context: Context = { implementations: [], node: process.execPath, cores: undefined, rounds: undefined };

async function withRaw(use: (server: HttpServerProcess) => Promise<void>): Promise<void> {
  const server = await HttpServerProcess.start(context, raw.webSocket.add);
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

describe("webSocketCallsPerSecond", () => {
  it.each(["handshake", "stateless"] as const)("calls the raw server in the %s era", async (era) => {
    await withRaw(async (server) => {
      const connection = await WebSocketConnection.open(server.port, era);
      const running = new RunningWebSocket(server, connection);
      const few = new CallPool(era, 7, callFrame);
      const load = { inFlight: 5, durationMs: 30 };
      expect(await webSocketCallsPerSecond(connection, few, load)).toBeGreaterThan(0);
      expect(await webSocketCallsPerSecond(connection, few, { ...load, inFlight: 1 })).toBeGreaterThan(0);
      await running.close();
    });
  });

  it("fails when an answer is wrong", async () => {
    await withRaw(async ({ port }) => {
      const [connection] = await openWebSockets(port, "stateless", 1);
      if (connection === undefined) throw new Error("One was opened");
      const pool = new CallPool("stateless", 7, (call) => callFrame({ ...call, id: 3 }));
      const load = { inFlight: 2, durationMs: 5 };
      await expect(webSocketCallsPerSecond(connection, pool, load)).rejects.toThrow("Call 3 was answered");
      connection.close();
    });
  });
});

describe("WebSocketConnection", () => {
  it("is opened as often as asked for", async () => {
    await withRaw(async ({ port }) => {
      const connections = await openWebSockets(port, "handshake", 70);
      expect(connections.map(({ failure }) => failure)).toEqual(new Array(70).fill(undefined));
      for (const connection of connections) connection.close();
    });
  });

  it("fails when the server leaves", async () => {
    await withRaw(async (server) => {
      const connection = await WebSocketConnection.open(server.port, "handshake");
      const waiting = connection.receive(() => ({ message: () => undefined }));
      await Promise.all([expect(waiting).rejects.toThrow(), server.close()]);
      expect(connection.failure).toBeInstanceOf(Error);
      await expect(connection.ask(Buffer.alloc(0))).rejects.toThrow();
    });
  });

  it("fails where there is no server over WebSocket", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy()); // the client leaves without a goodbye
      socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("A server on TCP has a port");
    await expect(WebSocketConnection.open(address.port, "handshake")).rejects.toThrow("404 Not Found");
    server.close();
  });
});
