/* eslint-disable @typescript-eslint/no-deprecated -- what is deprecated works, and has to */
import {
  Client as V2Client,
  SSEClientTransport as V2Sse,
  StreamableHTTPClientTransport as V2Http,
  type VersionNegotiationMode,
} from "@modelcontextprotocol/client";
import { Client as V1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport as V1Sse } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport as V1Http } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import {
  McpClient,
  remoteTransport,
  type ClientTransport,
  type Era,
  type RemoteTransports,
} from "@towpath/mcp-core";
import { RawConnection } from "@towpath/test-support/raw-connection.js";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { webSocketClient } from "@towpath/transport-ws";
import { describe, expect, it, onTestFinished } from "vitest";
import { serveEverywhere, type Everywhere } from "./harness/everywhere.js";
import { req } from "./requirements/index.js";

const LATEST_HANDSHAKE = "2025-11-25";
const ACCEPT = { action: "accept" as const, content: { day: "Friday" } };

/** A client of whichever make. */
interface Visitor {
  add(a: number, b: number): Promise<object>;
  /** Is asked for a day, and told of progress, in the stateless era in each round. */
  book(): Promise<readonly [answer: object, progress: readonly number[]]>;
  /** Settles when the list of tools has changed. */
  readonly changed: Promise<void>;
}

type Visit = (server: Everywhere) => Promise<Visitor>;

function ours(transportTo: (server: Everywhere) => ClientTransport, era: Era): Visit {
  return async (server) => {
    let tell: () => void = () => undefined;
    const changed = new Promise<void>((resolve) => (tell = resolve));
    const client = await McpClient.connect(transportTo(server), { era, elicit: () => ACCEPT });
    onTestFinished(() => client.close());
    expect(client.era).toBe(era);
    await client.listen({ toolsListChanged: true }, () => tell());
    return {
      add: (a, b) => client.callTool("add", { a, b }),
      book: async () => {
        const told: number[] = [];
        const onProgress = ({ progress }: { readonly progress: number }) => void told.push(progress);
        return [await client.callTool("book", {}, { onProgress }), told];
      },
      changed,
    };
  };
}

function v1(transportTo: (server: Everywhere) => V1Http | V1Sse): Visit {
  return async (server) => {
    const client = new V1Client({ name: "v1", version: "1" }, { capabilities: { elicitation: {} } });
    const changed = new Promise<void>((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
    });
    client.setRequestHandler(ElicitRequestSchema, () => ACCEPT);
    // The SDK’s types do not hold with `exactOptionalPropertyTypes`.
    await client.connect(transportTo(server));
    onTestFinished(() => client.close());
    return {
      add: (a, b) => client.callTool({ name: "add", arguments: { a, b } }),
      book: async () => {
        const told: number[] = [];
        const onprogress = ({ progress }: { readonly progress: number }) => void told.push(progress);
        return [await client.callTool({ name: "book" }, undefined, { onprogress }), told];
      },
      changed,
    };
  };
}

function v2(transportTo: (server: Everywhere) => V2Http | V2Sse, mode: VersionNegotiationMode): Visit {
  return async (server) => {
    const options = { capabilities: { elicitation: {} }, versionNegotiation: { mode } };
    const client = new V2Client({ name: "v2", version: "1" }, options);
    const changed = new Promise<void>((resolve) => {
      client.setNotificationHandler("notifications/tools/list_changed", () => resolve());
    });
    client.setRequestHandler("elicitation/create", () => ACCEPT);
    await client.connect(transportTo(server));
    onTestFinished(() => client.close());
    if (client.getProtocolEra() === "modern") await client.listen({ toolsListChanged: true });
    return {
      add: (a, b) => client.callTool({ name: "add", arguments: { a, b } }),
      book: async () => {
        const told: number[] = [];
        const onprogress = ({ progress }: { readonly progress: number }) => void told.push(progress);
        return [await client.callTool({ name: "book" }, { onprogress }), told];
      },
      changed,
    };
  };
}

const VISITS: readonly Visit[] = [
  ours(({ http }) => streamableHttpClient(http), "stateless"),
  ours(({ http }) => streamableHttpClient(http), "handshake"),
  ours(({ sse }) => sseClient(sse), "handshake"),
  ours(({ ws }) => webSocketClient(ws), "stateless"),
  ours(({ ws }) => webSocketClient(ws), "handshake"),
  v1(({ http }) => new V1Http(new URL(http))),
  v1(({ sse }) => new V1Sse(new URL(sse))),
  v2(({ http }) => new V2Http(new URL(http)), "auto"),
  v2(({ http }) => new V2Http(new URL(http)), "legacy"),
  v2(({ sse }) => new V2Sse(new URL(sse)), "legacy"),
];

const CALLS = 30;

const text = (value: string): object => ({ content: [{ type: "text", text: value }] });

describe("one server with Streamable HTTP, HTTP+SSE and WebSocket on one port", () => {
  it(`${req("sse.beside-streamable-http")}, and everybody is served at once, in every era`, async () => {
    const server = await serveEverywhere();
    const visitors = await Promise.all(VISITS.map((visit) => visit(server)));
    await Promise.all(
      visitors.map(async (visitor, index) => {
        const sums = Array.from({ length: CALLS }, (_, call) => visitor.add(1000 * index, call));
        const [booked, told] = await visitor.book();
        expect([booked, [...new Set(told)]]).toMatchObject([text("booked Friday"), [1]]);
        expect(await Promise.all(sums)).toMatchObject(
          sums.map((_, call) => text(String(1000 * index + call))),
        );
      }),
    );
    server.mcp.tool("newcomer", {}, () => "hello");
    await Promise.all(visitors.map(({ changed }) => changed));
  });

  it("has its health beside them", async () => {
    const { origin } = await serveEverywhere();
    const found = await Promise.all(["/health", "/ready", "/nowhere"].map((path) => fetch(origin + path)));
    expect(found.map(({ status }) => status)).toEqual([200, 200, 404]);
  });

  it("ends for all of them when it is drained", async () => {
    const server = await serveEverywhere();
    const transports = [
      streamableHttpClient(server.http, { reconnect: false }),
      sseClient(server.sse, { reconnect: false }),
      webSocketClient(server.ws, { reconnect: false }),
    ];
    const calls = transports.map(async (transport) => {
      const client = await McpClient.connect(transport, { era: "handshake" });
      onTestFinished(() => client.close());
      let ended: Promise<unknown> = Promise.resolve();
      await new Promise<void>((begun) => {
        ended = client.callTool("wait", {}, { onProgress: () => begun() }).catch((error: unknown) => error);
      });
      // Wrapped, so that it is not waited for here.
      return { ended };
    });
    const begun = await Promise.all(calls);
    await server.drain(0);
    for (const { ended } of begun) expect(await ended).toBeInstanceOf(Error);
    await expect(fetch(server.origin)).rejects.toThrow();
  });
});

const TRANSPORTS: RemoteTransports = {
  streamableHttp: streamableHttpClient,
  sse: sseClient,
  ws: webSocketClient,
};

describe("a client of ours that is given a URL alone", () => {
  it.each<readonly [keyof Everywhere & ("http" | "sse" | "ws"), Era, string]>([
    ["http", "stateless", "2026-07-28"],
    ["http", "handshake", LATEST_HANDSHAKE],
    ["sse", "handshake", LATEST_HANDSHAKE],
    ["ws", "stateless", "2026-07-28"],
    ["ws", "handshake", LATEST_HANDSHAKE],
  ])("finds the right transport for %s, in the %s era", async (which, era, revision) => {
    const server = await serveEverywhere();
    const client = await McpClient.connect(remoteTransport(server[which], TRANSPORTS), { era });
    onTestFinished(() => client.close());
    expect(client.revision).toBe(revision);
    expect(await client.callTool("add", { a: 1, b: 2 })).toMatchObject(text("3"));
  });

  it("is not told its era, either", async () => {
    const server = await serveEverywhere();
    const eras = [server.http, server.sse, server.ws].map(async (url) => {
      const client = await McpClient.connect(remoteTransport(url, TRANSPORTS));
      onTestFinished(() => client.close());
      return client.era;
    });
    expect(await Promise.all(eras)).toEqual(["stateless", "handshake", "stateless"]);
  });
});

describe("the official v1 client, which tries Streamable HTTP, and then HTTP+SSE", () => {
  /** As its documentation has it. */
  async function connect(url: URL): Promise<readonly [V1Client, "http" | "sse"]> {
    const client = new V1Client({ name: "v1", version: "1" });
    onTestFinished(() => client.close());
    try {
      await client.connect(new V1Http(url));
      return [client, "http"];
    } catch {
      await client.connect(new V1Sse(url));
      return [client, "sse"];
    }
  }

  it.each(["http", "sse"] as const)("gets to our server at the URL for %s", async (which) => {
    const server = await serveEverywhere();
    const [client, over] = await connect(new URL(server[which]));
    expect(over).toBe(which);
    expect(await client.callTool({ name: "add", arguments: { a: 1, b: 2 } })).toMatchObject(text("3"));
  });
});

describe("requests that would rather speak HTTP/2, as the client of Java's is used to send", () => {
  const settings = "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA";
  const upgrade = `connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: ${settings}`;
  const head = (method: string, path: string, more: readonly string[]): string =>
    [`${method} ${path} HTTP/1.1`, "host: 127.0.0.1", upgrade, ...more, "", ""].join("\r\n");
  const params = {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "java", version: "1" },
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  const posting = [
    "content-type: application/json",
    "accept: application/json, text/event-stream",
    `content-length: ${String(body.length)}`,
  ];

  const open = async (): Promise<RawConnection> => {
    const { origin } = await serveEverywhere();
    return RawConnection.open(Number(new URL(origin).port));
  };

  it("are served over HTTP/1.1 by Streamable HTTP, one after the other on one connection", async () => {
    const connection = await open();
    for (let request = 1; request <= 2; request += 1) {
      const { status, body: said } = await connection.write(head("POST", "/mcp", posting) + body).response();
      expect([status, JSON.parse(said)]).toMatchObject([200, { id: 1, result: { serverInfo: {} } }]);
    }
  });

  it("are served when their body comes later, and in pieces", async () => {
    const connection = await open();
    connection.write(head("POST", "/mcp", posting));
    for (const piece of body.match(/.{1,20}/gs) ?? []) connection.write(piece);
    expect((await connection.response()).status).toBe(200);
  });

  it("are served by HTTP+SSE", async () => {
    const connection = await open();
    await connection.write(head("GET", "/sse", ["accept: text/event-stream"])).until("event: endpoint");
    expect(connection.received).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("are told that there is a WebSocket where they ask for one of that", async () => {
    const connection = await open();
    expect((await connection.write(head("GET", "/ws", [])).response()).status).toBe(426);
  });
});
