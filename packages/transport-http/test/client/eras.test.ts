import { McpClient, memoryTransport, type McpClientOptions } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import type { ClientTransport } from "@towpath/mcp-core/transport";
import { describe, expect, it } from "vitest";
import { streamableHttpClient } from "../../src/index.js";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { STATELESS } from "../support/requests.js";
import { DISCOVERED, ScriptedServer, type Handler } from "../support/scripted-server.js";
import { calculator } from "../support/servers.js";

const page =
  (status: number): Handler =>
  (call) =>
    call.body("<h1>No</h1>", status, { "content-type": "text/html" });
const said =
  (code: number, status: number, id?: null): Handler =>
  (call) =>
    call.json(
      { jsonrpc: "2.0", id: id === null ? null : call.message.id, error: { code, message: "No" } },
      status,
    );

/** What a server of the handshake era may say to what it does not know. */
const HANDSHAKE: readonly (readonly [string, Handler])[] = [
  ...[400, 404, 405, 406, 409, 410, 415, 422].map(
    (status) => [`a page of status ${String(status)}`, page(status)] as const,
  ),
  ["no body, and status 400", (call) => call.status(400)],
  ["-32000 about nothing in particular, and status 400", said(-32000, 400, null)],
  ["-32601, and status 404", said(-32601, 404)],
  ["-32601, and status 200", said(-32601, 200)],
  ["-32602, and status 400", said(-32602, 400)],
  ["an empty result", (call) => call.result({})],
  ["no response, and status 200", page(200)],
  ["no body, and status 200", (call) => call.status(200)],
  ["no body, and status 202", (call) => call.status(202)],
  ["no body, and status 204", (call) => call.status(204)],
  ["an empty result on a stream", (call) => call.stream().result({}).end()],
];

/** What says nothing of the era. */
const FAILURES: readonly (readonly [string, Handler, object])[] = [
  ...[401, 403, 408, 421, 429, 500, 502, 503].map(
    (status) => [`a page of status ${String(status)}`, page(status), { status }] as const,
  ),
  ["-32020, and status 400", said(-32020, 400), { name: "ProtocolError", code: -32020 }],
  ["-32021, and status 400", said(-32021, 400), { name: "ProtocolError", code: -32021 }],
  ["no answer", (call) => call.cut(), { name: "ConnectionLostError" }],
  ["a stream that ends", (call) => call.stream().end(), { name: "ConnectionLostError" }],
];

describe.each(CONNECTORS)("over %s, a server of which nothing is known yet", (_name, http) => {
  it.each(HANDSHAKE)("is greeted after %s", async (_what, handler) => {
    const server = await ScriptedServer.start("handshake", { "server/discover": handler });
    const client = await connected(server.url, { http });
    expect(client.era).toBe("handshake");
    expect(server.keys.slice(0, 3)).toEqual(["server/discover", "initialize", "notifications/initialized"]);
  });

  it.each(FAILURES)("is not greeted after %s", async (_what, handler, error) => {
    const server = await ScriptedServer.start("handshake", { "server/discover": handler });
    expect(await rejection(connected(server.url, { http }))).toMatchObject(error);
    expect(server.of("initialize")).toEqual([]);
  });

  it("is asked in a revision that it lists, where it speaks another", async () => {
    let asked = 0;
    const server = await ScriptedServer.start("stateless", {
      "server/discover": (call) => {
        asked += 1;
        if (asked > 1) call.result(DISCOVERED);
        else call.error(-32022, "Unsupported", 400, { supported: [STATELESS], requested: STATELESS });
      },
    });
    const client = await connected(server.url, { http });
    expect(client.revision).toBe(STATELESS);
    expect(server.keys).toEqual(["server/discover", "server/discover"]);
  });

  it("is greeted, too, when it says nothing for too long", async () => {
    const clock = new ManualClock();
    const server = await ScriptedServer.start("handshake", { "server/discover": () => undefined });
    const connecting = connected(server.url, { http, clock, probeTimeoutMs: 77 });
    await server.seen("server/discover");
    expect(server.of("initialize")).toEqual([]);
    clock.advance(77);
    expect((await connecting).era).toBe("handshake");
  });
});

describe.each(CONNECTORS)("over %s, what was found out of a server", (_name, http) => {
  it("is known to the next client", async () => {
    for (const era of ["handshake", "stateless"] as const) {
      const server = await ScriptedServer.start(era);
      await connected(server.url, { http });
      const before = server.calls.length;
      expect((await connected(server.url, { http })).era).toBe(era);
      expect(server.keys[before]).toBe(era === "handshake" ? "initialize" : "server/discover");
      expect(server.of("server/discover")).toHaveLength(era === "handshake" ? 1 : 2);
    }
  });

  it.each(["/path", "?query"])("is not known of another %s", async (other) => {
    const server = await ScriptedServer.start("handshake");
    await connected(server.url, { http });
    await connected(server.url + other, { http });
    expect(server.of("server/discover")).toHaveLength(2);
  });

  it("is forgotten when it has turned out wrong", async () => {
    const server = await ScriptedServer.start("handshake");
    await connected(server.url, { http });
    server.become("stateless");
    server.on("initialize", said(-32601, 404));
    expect((await connected(server.url, { http })).era).toBe("stateless");
    server.become("handshake");
    expect((await connected(server.url, { http })).era).toBe("handshake");
    const before = server.calls.length;
    await connected(server.url, { http });
    expect(server.keys[before]).toBe("initialize");
  });

  it("is kept when a server fails", async () => {
    const server = await ScriptedServer.start("handshake");
    await connected(server.url, { http });
    server.on("initialize", page(503));
    expect(await rejection(connected(server.url, { http }))).toMatchObject({ status: 503 });
    expect(server.of("server/discover")).toHaveLength(1);
  });
});

describe.each(CONNECTORS)("over %s, HTTP+SSE", (_name, http) => {
  const offered: URL[] = [];

  async function fallingBack(
    greeting: Handler,
    older: ClientTransport = memoryTransport(calculator()),
    options: McpClientOptions = {},
  ) {
    const server = await ScriptedServer.start(undefined, {
      "server/discover": page(405),
      initialize: greeting,
    });
    let connections = 0;
    const counted: ClientTransport = {
      name: older.name,
      connect: (receiver) => {
        connections += 1;
        return older.connect(receiver);
      },
    };
    const sse = (url: URL): ClientTransport => {
      offered.push(url);
      return counted;
    };
    const connecting = McpClient.connect(streamableHttpClient(server.url, { ...http, sse }), options);
    return { server, connecting, connections: () => connections };
  }

  it.each([400, 404, 405])("is spoken to a server that refuses to be greeted with %i", async (status) => {
    const { server, connecting, connections } = await fallingBack(page(status));
    const client = await connecting;
    expect(await client.callTool("add", { a: 1, b: 2 })).toMatchObject({ content: [{ text: "3" }] });
    expect(connections()).toBe(1);
    expect(offered.at(-1)?.href).toBe(server.url);
    expect(server.keys).toEqual(["server/discover", "initialize"]);
    await client.close();
  });

  it.each([401, 403, 429, 500])("is not spoken to one that refuses with %i", async (status) => {
    const { connecting, connections } = await fallingBack(page(status));
    expect(await rejection(connecting)).toMatchObject({ name: expect.any(String) as string, status });
    expect(connections()).toBe(0);
  });

  it("is not spoken to one that refuses in MCP's own words", async () => {
    const { connecting, connections } = await fallingBack(said(-32602, 400));
    expect(await rejection(connecting)).toMatchObject({ code: -32602 });
    expect(connections()).toBe(0);
  });

  it("that is not there either leaves the first refusal", async () => {
    const older = { name: "none", connect: () => Promise.reject(new Error("nothing there")) };
    const { connecting } = await fallingBack(page(405), older);
    expect(await rejection(connecting)).toMatchObject({ name: "HttpStatusError", status: 405 });
  });

  it("that comes too late is closed again", async () => {
    const clock = new ManualClock();
    const memory = memoryTransport(calculator());
    let open: (() => void) | undefined;
    let begun = (): void => undefined;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    const closed: Promise<unknown>[] = [];
    const older: ClientTransport = {
      name: "late",
      connect: async (receiver) => {
        begun();
        await new Promise<void>((resolve) => (open = resolve));
        const connection = await memory.connect(receiver);
        closed.push(connection.closed);
        return connection;
      },
    };
    const { connecting } = await fallingBack(page(405), older, { clock, timeoutMs: 1_000 });
    const outcome = rejection(connecting);
    await beginning;
    clock.advance(1_000);
    expect(await outcome).toMatchObject({ name: "RequestTimeoutError" });
    open?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toHaveLength(1);
    await closed[0];
  });
});
