import { McpClient } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { closedPort } from "@towpath/test-support/closed-port.js";
import { like } from "@towpath/test-support/like.js";
import { describe, expect, it } from "vitest";
import { sseClient } from "../../src/index.js";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { INITIALIZED, ScriptedServer } from "../support/scripted-server.js";
import { eventText } from "../support/scripted-stream.js";

const DONE = { content: [{ type: "text", text: "done" }] };

describe.each(CONNECTORS)("over %s, connecting", (_name, sse) => {
  it("asks for the stream, and posts what it has to say to the endpoint", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => post.accept().result(DONE));
    const client = await connected(server.url, { sse });
    expect(client.revision).toBe("2024-11-05");
    expect(await client.callTool("play")).toEqual(DONE);
    expect(server.keys).toEqual(["initialize", "notifications/initialized", "tools/call"]);
    const { request } = await server.stream();
    expect(request.headers).toMatchObject({ accept: "text/event-stream" });
    for (const { headers, url } of server.posts) {
      expect(headers).toMatchObject({ "content-type": "application/json" });
      expect(url).toBe("/app/messages?session=1");
    }
  });

  it("sends nothing of the stateless era, also if it is given the choice", async () => {
    const server = await ScriptedServer.start();
    const client = await connected(server.url, { sse, probeTimeoutMs: 60_000 });
    expect(client.era).toBe("handshake");
    expect(server.keys).not.toContain("server/discover");
  });

  it("fails for a client of the stateless era alone, which is told why", async () => {
    const server = await ScriptedServer.start();
    const outcome = await rejection(connected(server.url, { sse, era: "stateless" }));
    expect(outcome).toMatchObject({ name: "HandshakeOnlyError", message: like("Streamable HTTP") });
    expect(server.posts).toEqual([]);
    await (
      await server.stream()
    ).over;
  });

  it("fails once where the server will have no handshake", async () => {
    const server = await ScriptedServer.start();
    server.on("initialize", (post) =>
      post
        .accept()
        .stream.send({ jsonrpc: "2.0", id: post.message.id, error: { code: -32602, message: "no" } }),
    );
    expect(await rejection(connected(server.url, { sse }))).toMatchObject({ code: -32602 });
    expect(server.streams).toHaveLength(1);
    await (
      await server.stream()
    ).over;
  });

  it.each([
    ["/elsewhere?session=1", "/elsewhere?session=1"],
    ["?session=1", "/app/sse?session=1"],
    ["../messages/?session=1#part", "/messages/?session=1"],
  ])("resolves the endpoint %s against the URL of the stream", async (uri, path) => {
    const server = await ScriptedServer.start((stream) => stream.open().endpoint(uri));
    await connected(server.url, { sse });
    expect(server.posts.map(({ url }) => url)).toEqual([path, path]);
  });

  it("takes an endpoint that is a whole URL of the same origin", async () => {
    const server = await ScriptedServer.start();
    server.opening((stream) => stream.open().endpoint(`${server.origin}/m?session=1`));
    await connected(server.url, { sse });
    expect(server.posts[0]?.url).toBe("/m?session=1");
  });

  it("follows redirects within the origin, and resolves the endpoint where they lead to", async () => {
    const server = await ScriptedServer.start((stream) => {
      if (stream.request.url === "/app/sse") stream.body(307, "", { location: "/other/place/sse" });
      else stream.open().endpoint("messages?session=2");
    });
    server.on("tools/call", (post) => {
      if (post.url.startsWith("/moved")) post.accept().result(DONE);
      else post.answer(308, "", { location: `/moved${post.url}` });
    });
    const client = await connected(server.url, { sse });
    expect(await client.callTool("play")).toEqual(DONE);
    expect(server.posts.map(({ url }) => url)).toEqual([
      "/other/place/messages?session=2",
      "/other/place/messages?session=2",
      "/other/place/messages?session=2",
      "/moved/other/place/messages?session=2",
    ]);
  });

  it("follows no redirect to another origin", async () => {
    const other = await ScriptedServer.start();
    const server = await ScriptedServer.start((stream) => stream.body(307, "", { location: other.url }));
    const outcome = await rejection(connected(server.url, { sse }));
    expect(outcome).toMatchObject({ name: "RedirectError", location: other.url });
    expect(other.streams).toEqual([]);
  });

  it("takes an endpoint in pieces of a byte, behind comments and events of other names", async () => {
    const server = await ScriptedServer.start((stream) =>
      stream.open().bytes(": hello\n\nretry: 5\nevent: other\ndata: x\n\nevent:endpoint\r\ndata:/m\r\n\r\n"),
    );
    await connected(server.url, { sse });
    expect(server.keys).toHaveLength(2);
  });

  it("takes messages that have no event's name", async () => {
    const server = await ScriptedServer.start();
    server.on("initialize", (post) => {
      const response = { jsonrpc: "2.0", id: post.message.id, result: INITIALIZED };
      post.accept().stream.write(`data: ${JSON.stringify(response)}\n\n`);
    });
    expect((await connected(server.url, { sse })).server).toMatchObject({ name: "scripted" });
  });

  it("answers a server that asks before the client has said anything", async () => {
    const ping = eventText({ jsonrpc: "2.0", id: 7, method: "ping" });
    const server = await ScriptedServer.start((stream) =>
      stream.open().write(`${ping}event: endpoint\ndata: /m\n\n${ping}`),
    );
    await connected(server.url, { sse });
    expect((await server.seen("answer", 2)).message).toEqual({ jsonrpc: "2.0", id: 7, result: {} });
  });

  it("uses the first endpoint only", async () => {
    const noise: string[] = [];
    const server = await ScriptedServer.start((stream) =>
      stream.open().endpoint("/m").endpoint("/m").endpoint("/n").endpoint("http://other.example/m"),
    );
    await connected(server.url, { sse, onNoise: (text) => noise.push(text) });
    expect(server.posts.map(({ url }) => url)).toEqual(["/m", "/m"]);
    expect(noise).toEqual([like("another endpoint"), like("another endpoint")]);
  });

  it.each([
    [401, "UnauthorizedError"],
    [403, "ForbiddenError"],
    [404, "HttpStatusError"],
    [405, "HttpStatusError"],
    [503, "HttpStatusError"],
    [204, "HttpStatusError"],
  ])("fails with the status %i of the stream", async (status, name) => {
    const server = await ScriptedServer.start((stream) =>
      stream.body(status, status === 204 ? "" : "because", { "www-authenticate": 'Bearer realm="x"' }),
    );
    const outcome = await rejection(connected(server.url, { sse }));
    expect(outcome).toMatchObject({ name, status, body: status === 204 ? "" : "because" });
    if (status === 401) expect(outcome).toMatchObject({ challenges: [{ scheme: "bearer" }] });
  });

  it.each(["text/html", "application/json", "text/event-streams", ""])(
    "fails for an answer of type %j",
    async (type) => {
      const server = await ScriptedServer.start((stream) =>
        stream.body(200, "<h1>Hello</h1>", type === "" ? {} : { "content-type": type }),
      );
      expect(await rejection(connected(server.url, { sse }))).toMatchObject({
        name: "UnreadableResponseError",
        message: like("<h1>Hello</h1>"),
      });
    },
  );

  it("fails for a page without an end", async () => {
    const server = await ScriptedServer.start((stream) => {
      stream.begin(200, { "content-type": "text/html" }).write("x".repeat(100_000));
    });
    expect(await rejection(connected(server.url, { sse }))).toMatchObject({
      name: "UnreadableResponseError",
    });
    await (
      await server.stream()
    ).over;
  });

  it("fails where nothing listens", async () => {
    const url = `http://127.0.0.1:${String(await closedPort())}/sse`;
    expect(await rejection(connected(url, { sse }))).toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: false,
    });
  });

  it("fails where the server ends the stream without an endpoint", async () => {
    const server = await ScriptedServer.start((stream) => stream.open().write(": hello\n\n").end());
    expect(await rejection(connected(server.url, { sse }))).toMatchObject({
      name: "ConnectionLostError",
      message: like("the server ended the stream"),
    });
  });

  it("fails where the server names no endpoint in time", async () => {
    const clock = new ManualClock();
    const server = await ScriptedServer.start((stream) => stream.open().write("event: endpoint\ndata:\n\n"));
    const outcome = rejection(connected(server.url, { sse: { ...sse, clock, endpointTimeoutMs: 3_000 } }));
    const stream = await server.stream();
    clock.advance(2_999);
    expect(server.connections).toBeGreaterThan(0);
    clock.advance(1);
    expect(await outcome).toMatchObject({ name: "ConnectionLostError", message: like("3000 ms") });
    await stream.over;
  });
});

describe("a client of HTTP+SSE", () => {
  it("is told of as such", async () => {
    const server = await ScriptedServer.start();
    const transport = sseClient(server.url);
    expect(transport.name).toBe("sse");
    const client = await McpClient.connect(transport);
    await client.close();
  });
});
