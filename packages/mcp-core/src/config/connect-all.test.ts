import { describe, expect, it, vi } from "vitest";
import type { ClientTransport } from "../contract/index.js";
import { memoryTransport } from "../memory/memory-transport.js";
import { McpServer } from "../server/server.js";
import { ManualClock } from "../testing/manual-clock.js";
import { connectAll, ServersUnavailableError, type ConnectAllOptions } from "./connect-all.js";
import { parseConfig } from "./parse-config.js";
import type { ServersConfig } from "./server-config.js";
import { MissingTransportError, type StdioTarget, type TransportFactories } from "./transports.js";

/** Servers that are started, by the names that are their commands. */
const started = (...names: readonly string[]): ServersConfig =>
  parseConfig({ mcpServers: Object.fromEntries(names.map((command) => [command, { command }])) });

function serverCalled(name: string): McpServer {
  const server = new McpServer(name);
  server.tool("who", {}, () => name);
  return server;
}

const failing = (reason: unknown): ClientTransport => ({
  name: "failing",
  connect: async () => {
    throw reason;
  },
});

/** Transports that count the connections they have open. */
class Stage {
  open = 0;
  most = 0;
  readonly closed: string[] = [];

  readonly stdio = ({ command }: StdioTarget): ClientTransport => {
    if (command.startsWith("broken")) return failing(new Error(`no ${command}`));
    return this.counted(command, memoryTransport(serverCalled(command)));
  };

  counted(name: string, transport: ClientTransport): ClientTransport {
    return {
      name,
      connect: async (receiver) => {
        this.most = Math.max(this.most, ++this.open);
        const connection = await transport.connect(receiver);
        const close = connection.close.bind(connection);
        connection.close = () => {
          this.open -= 1;
          this.closed.push(name);
          return close();
        };
        return connection;
      },
    };
  }
}

/** Tells nobody of failures. */
const quietly = { onFailure: () => undefined } satisfies ConnectAllOptions;

async function refusal(promise: Promise<unknown>): Promise<ServersUnavailableError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ServersUnavailableError) return error;
  throw new Error("It did not reject with a ServersUnavailableError", { cause: error });
}

describe("connecting to all servers of a configuration", () => {
  it("gives a client for each, in the order of the configuration", async () => {
    const stage = new Stage();
    const connections = await connectAll(started("b", "a"), stage);
    expect([...connections.clients.keys()]).toEqual(["b", "a"]);
    for (const [name, client] of connections.clients)
      expect(await client.callTool("who")).toMatchObject({ content: [{ text: name }] });
    expect(connections.failures.size).toBe(0);
    await connections.close();
  });

  it("hands what is configured over to what makes the transports", async () => {
    const seen: unknown[][] = [];
    const record = (...args: unknown[]): ClientTransport => {
      seen.push(args);
      return memoryTransport(new McpServer("s"));
    };
    const config = parseConfig({
      mcpServers: {
        a: { command: "x", args: ["y"], env: { A: "1" }, cwd: "/z" },
        b: { transport: "http", url: "http://b/", headers: { C: "2" } },
        c: { transport: "sse", url: "http://c/" },
        d: { transport: "ws", url: "ws://d/" },
      },
    });
    const by = (kind: string) => (url: string, options: object) => record(kind, url, options);
    const factories: TransportFactories = {
      stdio: record,
      streamableHttp: by("http"),
      sse: by("sse"),
      ws: by("ws"),
    };
    const connections = await connectAll(config, factories, { concurrency: 1 });
    expect(seen).toEqual([
      [{ command: "x", args: ["y"], env: { A: "1" }, cwd: "/z" }],
      ["http", "http://b/", { headers: { C: "2" } }],
      ["sse", "http://c/", {}],
      ["ws", "ws://d/", {}],
    ]);
    await connections.close();
  });

  it("gives every client the options, or each its own", async () => {
    const same = await connectAll(started("a"), new Stage(), { client: { era: "handshake" } });
    expect(same.client("a").era).toBe("handshake");
    const own = await connectAll(started("a", "b"), new Stage(), {
      client: (name, { transport }) =>
        name === "a" && transport === "stdio" ? { era: "handshake" } : { era: "stateless" },
    });
    expect([own.client("a").era, own.client("b").era]).toEqual(["handshake", "stateless"]);
    await Promise.all([same.close(), own.close()]);
  });

  it("connects to several at the same time, but to no more than it may", async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    let under = 0;
    const stdio = ({ command }: StdioTarget): ClientTransport => ({
      name: command,
      connect: async (receiver) => {
        most = Math.max(most, ++under);
        // Each waits until three are under way, or until no more are to come.
        if (under < 3 && command !== "7") await new Promise<void>((resolve) => waiting.push(resolve));
        else for (const proceed of waiting.splice(0)) proceed();
        under -= 1;
        return memoryTransport(serverCalled(command)).connect(receiver);
      },
    });
    const names = Array.from({ length: 8 }, (_, n) => String(n));
    const connections = await connectAll(started(...names), { stdio }, { concurrency: 3 });
    expect([connections.clients.size, most]).toEqual([8, 3]);
    await connections.close();
  });

  it("connects to none where there are none", async () => {
    const connections = await connectAll(started(), {}, { required: true });
    expect([connections.clients.size, connections.failures.size]).toEqual([0, 0]);
    await connections.close();
  });

  it.each([
    [{ concurrency: 0 }, "concurrency must be an integer of at least 1, not 0"],
    [
      { closeTimeoutMs: Infinity },
      "closeTimeoutMs must be a number of milliseconds greater than 0, not Infinity",
    ],
    [{ required: ["b"] }, `"required" names "b", which is no enabled server of the configuration`],
  ])("refuses %j before it connects", async (options, message) => {
    const stage = new Stage();
    await expect(connectAll(started("a"), stage, options)).rejects.toThrow(message);
    expect(stage.most).toBe(0);
  });
});

describe("a server that cannot be connected", () => {
  it("leaves the others alone, and is told of", async () => {
    const told: unknown[] = [];
    const connections = await connectAll(started("broken", "a"), new Stage(), {
      onFailure: (name, error) => told.push([name, error.message]),
    });
    expect([...connections.clients.keys()]).toEqual(["a"]);
    expect([...connections.failures]).toEqual([["broken", new Error("no broken")]]);
    expect(told).toEqual([["broken", "no broken"]]);
    await connections.close();
  });

  it("is told of on the console when nobody else wants to know", async () => {
    const console_ = vi.spyOn(console, "error").mockImplementation(() => undefined);
    try {
      await (await connectAll(started("broken", "a"), new Stage())).close();
      expect(console_.mock.calls).toEqual([['The MCP server "broken" could not be connected: no broken']]);
    } finally {
      console_.mockRestore();
    }
  });

  it("says why when its client is asked for", async () => {
    const connections = await connectAll(started("broken", "a"), new Stage(), quietly);
    expect(() => connections.client("broken")).toThrow('The server "broken" is not connected: no broken');
    expect(() => connections.client("b")).toThrow('There is no server "b"; there is a, broken');
    expect(connections.clients.get("b")).toBeUndefined();
    await connections.close();
  });

  it("may be spoken to over an older transport where nothing but its URL is known, if that is given", async () => {
    const server = memoryTransport(serverCalled("old"));
    const made: [string, object][] = [];
    const sse = (url: string, options: object): ClientTransport => {
      made.push([url, options]);
      return server;
    };
    const streamableHttp: TransportFactories["streamableHttp"] = (url, options) =>
      options.sse?.(new URL(url)) ?? failing(new Error("spoken to over nothing older"));
    const headers = { "x-key": "k" };
    const url = "http://old.test/sse";
    const config = parseConfig({ mcpServers: { old: { url, headers }, new: { type: "http", url } } });
    const connections = await connectAll(config, { streamableHttp, sse }, quietly);
    expect([...connections.clients.keys()]).toEqual(["old"]);
    expect(connections.failures.get("new")?.message).toBe("spoken to over nothing older");
    expect(made).toEqual([[url, { headers }]]);
    await connections.close();
  });

  it.each([
    ["stdio", { command: "x" }, "stdio", "@towpath/transport-stdio"],
    ["streamable-http", { url: "http://a/" }, "streamableHttp", "@towpath/transport-http"],
    ["sse", { type: "sse", url: "http://a/" }, "sse", "@towpath/transport-sse"],
    ["ws", { url: "ws://a/" }, "ws", "@towpath/transport-ws"],
  ])("has a transport that was not given: %s", async (transport, server, option, from) => {
    const { failures } = await refusal(connectAll(parseConfig({ mcpServers: { a: server } }), {}));
    const error = failures.get("a");
    expect(error).toBeInstanceOf(MissingTransportError);
    expect(error).toMatchObject({ server: "a", transport, package: from });
    expect(error?.message).toBe(
      `The server "a" has the transport "${transport}", which connectAll was not given: ` +
        `install ${from}, and pass its client as "${option}"`,
    );
  });

  it("may also fail before its transport exists, and with what is no error", async () => {
    const throwing = (): never => {
      throw new RangeError("maxMessageBytes");
    };
    const config = parseConfig({ mcpServers: { a: { command: "x" }, b: { url: "http://b/" } } });
    const { failures } = await refusal(
      connectAll(config, { stdio: throwing, streamableHttp: () => failing("plain") }),
    );
    expect(failures.get("a")).toBeInstanceOf(RangeError);
    expect(failures.get("b")).toEqual(new Error("plain"));
  });

  it("is an error with all others, where none could be connected", async () => {
    const error = await refusal(connectAll(started("broken 1", "broken 2"), new Stage()));
    expect(error.message).toBe(
      "Servers could not be connected:\n  broken 1: no broken 1\n  broken 2: no broken 2",
    );
    expect([...error.failures.keys()]).toEqual(["broken 1", "broken 2"]);
    expect(error.errors).toHaveLength(2);
  });

  it.each([[true], [["broken"]]])("closes the others where it is required: %j", async (required) => {
    const stage = new Stage();
    const error = await refusal(connectAll(started("a", "broken", "b"), stage, { required }));
    expect([...error.failures.keys()]).toEqual(["broken"]);
    expect(stage.closed.sort()).toEqual(["a", "b"]);
    expect(stage.open).toBe(0);
  });

  it("does not matter where only others are required", async () => {
    const connections = await connectAll(started("a", "broken"), new Stage(), {
      required: ["a"],
      ...quietly,
    });
    expect(connections.clients.size).toBe(1);
    await connections.close();
  });
});

describe("closing all connections", () => {
  it("happens at the end of a block, where the runtime can", async () => {
    const stage = new Stage();
    {
      await using connections = await connectAll(started("a", "b"), stage);
      expect([connections.clients.size, stage.closed]).toEqual([2, []]);
    }
    expect(stage.closed).toEqual(["a", "b"]);
  });

  it("happens once", async () => {
    const stage = new Stage();
    const connections = await connectAll(started("a"), stage);
    await Promise.all([connections.close(), connections.close()]);
    expect(stage.closed).toEqual(["a"]);
  });

  it("goes on after one that fails, and one that never ends", async () => {
    const stage = new Stage();
    const clock = new ManualClock();
    const ends: Record<string, () => Promise<void>> = {
      fails: () => Promise.reject(new Error("stuck")),
      hangs: () => new Promise(() => undefined),
    };
    const stdio = (target: StdioTarget): ClientTransport => {
      const transport = stage.stdio(target);
      return {
        ...transport,
        connect: async (receiver) => {
          const connection = await transport.connect(receiver);
          const close = ends[target.command];
          return close === undefined ? connection : Object.assign(connection, { close });
        },
      };
    };
    const config = started("fails", "hangs", "a");
    const connections = await connectAll(config, { stdio }, { closeTimeoutMs: 500, clock });
    const closed = connections.close();
    await expect.poll(() => clock.pending).toBe(1);
    expect(stage.closed).toEqual(["a"]);
    clock.advance(500);
    await expect(closed).rejects.toThrow(
      "Not every connection was closed: fails: stuck; hangs: not closed within 500 ms",
    );
  });
});
