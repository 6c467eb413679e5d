import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface RawServer {
  readonly url: string;
  readonly port: number;
  /** Connections so far. */
  readonly sockets: readonly Socket[];
}

/** Says what it likes to each request, byte by byte, until the test has ended. `count` is of requests, from 1 on. */
export async function rawServer(
  answer: (socket: Socket, request: string, count: number) => void,
): Promise<RawServer> {
  const sockets: Socket[] = [];
  let count = 0;
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data) => answer(socket, data.toString("latin1"), (count += 1)));
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}/mcp`, port, sockets };
}

/** A whole answer that leaves the connection open. */
export const rawAnswer = (body: string, ...headers: string[]): string =>
  ["HTTP/1.1 200 OK", `Content-Length: ${String(Buffer.byteLength(body))}`, ...headers, "", body].join(
    "\r\n",
  );
