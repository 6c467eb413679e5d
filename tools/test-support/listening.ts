import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

interface Drainable {
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** Lets a host's server listen on a port of its own until the test has ended. Gives the URL of `/mcp`. */
export async function listening(server: Server, handler: Drainable): Promise<string> {
  onTestFinished(async () => {
    await handler.drain({ timeoutMs: 0 });
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${String(port)}/mcp`;
}
