import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { ClientTransport, McpServer, Running } from "@towpath/mcp-core";
import type { Cluster, FetchService, NodeParts } from "@towpath/mcp-core/testing";
import { webSocket, webSocketClient } from "@towpath/transport-ws";

/** A node that listens, and the way to it, which may break without that the node has a say. */
interface Berth {
  readonly running: Running;
  readonly door: Door;
}

/** The nodes of a cluster on real sockets: those that the balancer picks from. */
export class WebSocketFleet {
  readonly #berths = new Map<string, Promise<Berth>>();
  readonly #all: Promise<Berth>[] = [];

  /** For the option of `createCluster`; it is listened, and not fetched from. */
  readonly serve = (mcp: McpServer, { name }: NodeParts): FetchService => {
    const berth = moor(mcp);
    this.#berths.set(name, berth);
    this.#all.push(berth);
    const fetched: FetchService = () => new Response(null, { status: 404 });
    const drain = async (options?: { readonly timeoutMs?: number }): Promise<void> =>
      (await berth).running.drain(options);
    return Object.assign(fetched, { drain });
  };

  transport(cluster: Cluster<McpServer>): ClientTransport {
    const { reconnect } = webSocketClient("ws://127.0.0.1/");
    return {
      name: "websocket",
      ...(reconnect !== undefined && { reconnect }),
      connect: async (receiver, closing) => {
        const [first, ...others] = cluster.nodes.filter(({ status }) => status === "up");
        if (first === undefined) throw new Error("No node is up");
        const { door } = await this.#at(cluster.route([first, ...others], undefined).name);
        return webSocketClient(door.url).connect(receiver, closing);
      },
    };
  }

  /** Breaks what leads to a node, or to all. */
  async break(name?: string): Promise<void> {
    const broken = name === undefined ? this.#all : [this.#at(name)];
    for (const berth of broken) (await berth).door.break();
  }

  async close(): Promise<void> {
    const berths = await Promise.all(this.#all);
    await Promise.all(
      berths.map(async ({ running, door }) => {
        await door.close();
        await running.drain({ timeoutMs: 0 });
      }),
    );
  }

  #at(name: string): Promise<Berth> {
    const berth = this.#berths.get(name);
    return berth ?? Promise.reject(new Error(`There is no ${name}`));
  }
}

async function moor(mcp: McpServer): Promise<Berth> {
  const running = await mcp.start(webSocket({ port: 0 }));
  return { running, door: await Door.open(running.urls[0] ?? "") };
}

/** Passes bytes on to a server. */
class Door {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  static async open(to: string): Promise<Door> {
    const target = new URL(to);
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname);
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
        socket.pipe(other);
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // Listening on a port, so the address is an object.
    const { port } = server.address() as AddressInfo;
    return new Door(`${target.protocol}//127.0.0.1:${String(port)}${target.pathname}`, server, sockets);
  }

  private constructor(url: string, server: Server, sockets: Set<Socket>) {
    this.url = url;
    this.#server = server;
    this.#sockets = sockets;
  }

  break(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.break();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
