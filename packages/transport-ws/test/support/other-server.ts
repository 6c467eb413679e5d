import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { WebSocketServer, type ServerOptions, type WebSocket } from "ws";

export interface OtherServer {
  readonly url: string;
  /** Connections so far. */
  readonly sockets: readonly WebSocket[];
  /** Settles with the code and the reason with which a client has closed its connection. */
  readonly closed: Promise<readonly [code: number, reason: string]>;
}

/** Somebody else's server, which says what it likes, until the test has ended. */
export async function otherServer(
  connected: (socket: WebSocket) => void,
  options: ServerOptions = {},
): Promise<OtherServer> {
  const sockets: WebSocket[] = [];
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: () => "mcp",
    ...options,
  });
  let close: (closing: readonly [number, string]) => void = () => undefined;
  const closed = new Promise<readonly [number, string]>((resolve) => (close = resolve));
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("close", (code: number, reason: Buffer) => close([code, reason.toString()]));
    connected(socket);
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${String(port)}/ws`, sockets, closed };
}

interface Asked {
  readonly id?: number | string;
  readonly method?: string;
}

const DISCOVERED = {
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: {} },
  ttlMs: 0,
  cacheScope: "private",
};

/** Answers what every client asks first; all else is up to `asked`. */
export function speaking(
  socket: WebSocket,
  asked: (message: Asked, reply: (result: object) => void) => void,
): void {
  socket.on("message", (data: Buffer) => {
    // Our client sent it.
    const message = JSON.parse(data.toString()) as Asked;
    const reply = (result: object): void =>
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: message.id, result }));
    if (message.method === "server/discover") reply(DISCOVERED);
    else asked(message, reply);
  });
}
