import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What is to become of a connection from its next request on, by the head and body of that. */
export type Cut = (request: string) => number | undefined;

/**
 * Passes bytes on to a server. Where a request says so, its connection is cut behind so many bytes of the answer.
 * A request must come in one piece. Gives the URL to use instead, until the test has ended.
 */
export async function cutting(url: string, cut: Cut): Promise<string> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let left = Infinity;
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on("data", (chunk: Buffer) => {
      left = cut(chunk.toString("latin1")) ?? Infinity;
      upstream.write(chunk);
      if (left === 0) client.destroySoon();
    });
    upstream.on("data", (chunk: Buffer) => {
      if (left <= 0) return;
      client.write(chunk.subarray(0, Math.min(left, chunk.length)));
      left -= chunk.length;
      if (left <= 0) client.destroySoon();
    });
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${String(port)}${target.pathname}`;
}
