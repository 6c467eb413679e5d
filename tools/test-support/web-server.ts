import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface WebServer {
  /** Of `/mcp` there. */
  readonly url: string;
  readonly port: number;
  /** How many connections there were so far. */
  readonly connections: number;
  /** Settles when no connection is open. */
  unused(): Promise<void>;
}

/** A server of node:http, or of node:https with `tls`, until the test has ended. */
export async function webServer(answer: RequestListener, tls?: ServerOptions): Promise<WebServer> {
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  let connections = 0;
  let open = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    open += 1;
    socket.once("close", () => {
      open -= 1;
      if (open === 0) server.emit("unused");
    });
  });
  // A client that refuses a certificate is one of the things to be tested.
  server.on("tlsClientError", () => undefined);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http${tls === undefined ? "" : "s"}://127.0.0.1:${String(port)}/mcp`,
    port,
    get connections() {
      return connections;
    },
    unused: async () => {
      if (open > 0) await once(server, "unused");
    },
  };
}
