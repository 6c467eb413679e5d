import { McpClient } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { like } from "@towpath/test-support/like.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { describe, expect, it } from "vitest";
import { sseClient } from "../../src/index.js";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { ScriptedServer } from "../support/scripted-server.js";
import { WatchedClock } from "../support/watched-clock.js";

const DONE = { content: [{ type: "text", text: "done" }] };

describe.each(CONNECTORS)("over %s, a message", (_name, sse) => {
  it.each([200, 201, 202, 204])("that is taken with status %i is taken", async (status) => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => post.answer(status, status === 204 ? "" : "ok").result(DONE));
    const client = await connected(server.url, { sse });
    expect(await client.callTool("play")).toEqual(DONE);
  });

  it("is answered by what comes on the stream, before or after it is taken", async () => {
    const server = await ScriptedServer.start();
    const client = await connected(server.url, { sse });
    server.on("tools/call", (post) => post.result(DONE));
    expect(await client.callTool("play")).toEqual(DONE);
    server.posts.at(-1)?.accept();
    expect(await client.callTool("play")).toEqual(DONE);
  });

  it("goes out beside others, which may be answered first", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", () => undefined);
    const client = await connected(server.url, { sse });
    const calls = ["1", "2", "3"].map((name) => client.callTool(name));
    await server.seen("tools/call", 3);
    for (const post of server.of("tools/call").toReversed())
      post
        .result({ content: [{ type: "text", text: JSON.stringify(post.message.params?.["name"]) }] })
        .accept();
    expect((await Promise.all(calls)).map(({ content }) => content)).toEqual(
      ["1", "2", "3"].map((text) => [{ type: "text", text: `"${text}"` }]),
    );
  });

  it.each([
    [401, "UnauthorizedError"],
    [403, "ForbiddenError"],
    [400, "HttpStatusError"],
    [413, "HttpStatusError"],
    [415, "HttpStatusError"],
    [429, "HttpStatusError"],
    [500, "HttpStatusError"],
    [503, "HttpStatusError"],
  ])("that is refused with status %i fails its call, and nothing else", async (status, name) => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => post.answer(status, "because"));
    const client = await connected(server.url, { sse });
    expect(await rejection(client.callTool("play"))).toMatchObject({ name, status, body: "because" });
    server.on("tools/call", (post) => post.accept().result(DONE));
    expect(await client.callTool("play")).toEqual(DONE);
    expect(server.streams).toHaveLength(1);
  });

  it.each([
    [400, undefined],
    [413, null],
    [503, 99],
  ])("that is refused with status %i and an error of MCP's fails with that", async (status, id) => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => {
      post.error(status, { code: -32600, message: "no" }, status === 400 ? post.message.id : id);
    });
    const client = await connected(server.url, { sse });
    expect(await rejection(client.callTool("play"))).toMatchObject({ name: "ProtocolError", code: -32600 });
  });

  it.each([401, 403])(
    "that is refused with status %i tells of that, whatever else is said",
    async (status) => {
      const server = await ScriptedServer.start();
      server.on("tools/call", (post) => post.error(status, { code: -32600, message: "no" }));
      const client = await connected(server.url, { sse });
      expect(await rejection(client.callTool("play"))).toMatchObject({ status });
    },
  );

  it.each([404, 410])("that is refused with status %i ends the connection", async (status) => {
    const server = await ScriptedServer.start();
    server.on("tools/call", () => undefined);
    const client = await connected(server.url, { sse: { ...sse, reconnect: false } });
    const [other, call] = [rejection(client.callTool("wait")), rejection(client.callTool("play"))];
    (await server.seen("tools/call", 2)).answer(status, "no such session");
    const [outcome] = server.of("tools/call")[1]?.message.params?.["name"] === "play" ? [call] : [other];
    expect(await outcome).toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: false,
      cause: { status },
    });
    for (const each of await Promise.all([other, call]))
      expect(each).toMatchObject({ name: "ConnectionLostError" });
    await (
      await server.stream()
    ).over;
  });

  it("that is lost on its way fails its call, and nothing else", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => post.cut());
    const client = await connected(server.url, { sse });
    expect(await rejection(client.callTool("play"))).toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: true,
    });
    server.on("tools/call", (post) => post.accept().result(DONE));
    expect(await client.callTool("play")).toEqual(DONE);
  });

  it("goes to a server that closes its connection after each", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => {
      post.response.once("close", () => post.result(DONE));
      post.answer(202, "", { connection: "close" });
    });
    const client = await connected(server.url, { sse });
    for (let count = 0; count < 20; count += 1) expect(await client.callTool("play")).toEqual(DONE);
  });

  it("that redirects to another origin fails, and tells it nothing", async () => {
    const other = await ScriptedServer.start();
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => post.answer(307, "", { location: other.url }));
    const client = await connected(server.url, { sse });
    expect(await rejection(client.callTool("play"))).toMatchObject({ name: "RedirectError", status: 307 });
    expect(other.posts).toEqual([]);
  });

  it("is taken although its answer has no end", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => {
      post.response.writeHead(202).write("x".repeat(100_000));
      post.result(DONE);
    });
    const client = await connected(server.url, { sse });
    expect(await client.callTool("play")).toEqual(DONE);
    await (
      await server.seen("tools/call")
    ).over;
  });

  it("is refused although its answer has no end", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => void post.response.writeHead(500).write("x".repeat(100_000)));
    const client = await connected(server.url, { sse });
    expect(await rejection(client.callTool("play"))).toMatchObject({ status: 500 });
    await (
      await server.seen("tools/call")
    ).over;
  });

  it("that was answered is not waited for any longer than 10 seconds", async () => {
    const clock = new ManualClock();
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => post.result(DONE));
    const client = await connected(server.url, { sse: { ...sse, clock } });
    expect(await client.callTool("play")).toEqual(DONE);
    const post = await server.seen("tools/call");
    clock.advance(9_999);
    expect(post.response.destroyed).toBe(false);
    clock.advance(1);
    await post.over;
  });

  it("may take long, as long as it is waited for", async () => {
    const clock = new ManualClock();
    const server = await ScriptedServer.start();
    server.on("tools/call", () => undefined);
    const client = await connected(server.url, { sse: { ...sse, clock } });
    const outcome = client.callTool("play");
    const post = await server.seen("tools/call");
    clock.advance(3_600_000);
    await nextTurn();
    post.accept().result(DONE);
    expect(await outcome).toEqual(DONE);
  });

  it("without an answer of its own has to be taken within 30 seconds", async () => {
    const clock = new ManualClock();
    const server = await ScriptedServer.start();
    server.on("notifications/initialized", () => clock.advance(30_000));
    const outcome = await rejection(connected(server.url, { sse: { ...sse, clock } }));
    expect(outcome).toMatchObject({ name: "ConnectionLostError", message: like("did not answer in time") });
    await (
      await server.stream()
    ).over;
  });

  it("comes after `notifications/initialized` was taken", async () => {
    const server = await ScriptedServer.start();
    server.on("notifications/initialized", () => undefined);
    const connecting = connected(server.url, { sse, logLevel: "info" });
    const initialized = await server.seen("notifications/initialized");
    await server.quiet();
    expect(server.keys).toEqual(["initialize", "notifications/initialized"]);
    server.on("logging/setLevel", (post) => post.accept().result());
    initialized.accept();
    await connecting;
    expect(server.keys).toEqual(["initialize", "notifications/initialized", "logging/setLevel"]);
  });

  it("waits where there are more than `maxConnections`, but for answers and notifications", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", () => undefined);
    const client = await connected(server.url, { sse: { ...sse, maxConnections: 2 } });
    const calls = ["1", "2", "3"].map((name) => client.callTool(name));
    const { stream } = await server.seen("tools/call", 2);
    stream.send({ jsonrpc: "2.0", id: "ask", method: "ping" });
    await server.seen("answer");
    await server.quiet();
    expect(server.of("tools/call")).toHaveLength(2);
    for (const nth of [1, 2, 3]) (await server.seen("tools/call", nth)).accept().result(DONE);
    expect(await Promise.all(calls)).toEqual([DONE, DONE, DONE]);
  });

  it("that JSON cannot carry fails its call, and nothing else", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => post.accept().result(DONE));
    const client = await connected(server.url, { sse });
    await expect(client.callTool("play", { big: 1n as unknown as number })).rejects.toThrow(TypeError);
    expect(await client.callTool("play")).toEqual(DONE);
  });
});

describe.each(CONNECTORS)("over %s, an answer to the server", (_name, sse) => {
  it.each(["cut", 503, 429] as const)("that may not have arrived (%s) is sent again", async (how) => {
    const clock = new WatchedClock();
    const server = await ScriptedServer.start();
    let count = 0;
    server.on("answer", (post) => {
      count += 1;
      if (count === 3) post.accept();
      else if (how === "cut") post.cut();
      else post.answer(how);
    });
    await connected(server.url, { sse: { ...sse, clock } });
    (await server.stream()).send({ jsonrpc: "2.0", id: "ask", method: "ping" });
    await clock.pass(250);
    await clock.pass(1_000);
    await server.seen("answer", 3);
    expect(server.of("answer").map(({ message }) => message.id)).toEqual(["ask", "ask", "ask"]);
  });

  it("is given up when the client is closed, and is waited for no longer", async () => {
    const clock = new WatchedClock();
    const server = await ScriptedServer.start();
    server.on("answer", () => undefined);
    const client = await connected(server.url, { sse: { ...sse, clock } });
    (await server.stream()).send({ jsonrpc: "2.0", id: "ask", method: "ping" });
    const post = await server.seen("answer");
    await client.close();
    await post.over;
    await nextTurn();
    expect(clock.delays).not.toContain(250);
  });

  it.each([400, 413])("that is refused with status %i is not sent again", async (status) => {
    const server = await ScriptedServer.start();
    server.on("answer", (post) => post.answer(status));
    const client = await connected(server.url, { sse });
    (await server.stream()).send({ jsonrpc: "2.0", id: "ask", method: "ping" });
    await (
      await server.seen("answer")
    ).over;
    server.on("tools/call", (post) => post.accept().result(DONE));
    expect(await client.callTool("play")).toEqual(DONE);
    expect(server.of("answer")).toHaveLength(1);
  });
});

describe("a client that is given the wrong thing", () => {
  it.each<readonly [string, object, string]>([
    ["/sse", {}, "absolute"],
    ["ftp://localhost/sse", {}, "not ftp:"],
    ["http://user:secret@localhost/sse", {}, "option headers"],
    ["http://localhost/sse", { timeout: 5 }, 'no "timeout"'],
    ["http://localhost/sse", { reconnect: { retries: 5 } }, 'no "retries"'],
    ["http://localhost/sse", { reconnect: { attempts: 0 } }, "reconnect.attempts"],
    ["http://localhost/sse", { reconnect: { delayMs: -1 } }, "reconnect.delayMs"],
    ["http://localhost/sse", { endpointTimeoutMs: 0 }, "endpointTimeoutMs"],
    ["http://localhost/sse", { idleTimeoutMs: Number.NaN }, "idleTimeoutMs"],
    ["http://localhost/sse", { maxMessageBytes: 0.5 }, "maxMessageBytes"],
    ["http://localhost/sse", { maxConnections: 0 }, "maxConnections"],
    ["http://localhost/sse", { fetch: "fetch" }, "fetch must be a function"],
    ["http://localhost/sse", { headers: { accept: "x" } }, "headers cannot set accept"],
    ["http://localhost/sse", { proxy: "socks5://localhost" }, "socks5"],
  ])("as %s with %j says so", (url, options, text) => {
    expect(() => sseClient(url, options)).toThrow(text);
    expect(() => sseClient(url, options)).not.toThrow("secret");
  });
});

describe.each(CONNECTORS)("over %s, headers of the author's", (_name, sse) => {
  it("are asked for with every request", async () => {
    let count = 0;
    const headers = async () => ({ authorization: `Bearer ${String((count += 1))}` });
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => post.accept().result(DONE));
    const client = await connected(server.url, { sse: { ...sse, headers } });
    await client.callTool("play");
    const { request } = await server.stream();
    expect([request, ...server.posts].map((each) => each.headers.authorization)).toEqual(
      ["1", "2", "3", "4"].map((token) => `Bearer ${token}`),
    );
  });

  it("that cannot be had fail the call, and nothing else", async () => {
    let problem: Error | undefined;
    const headers = () => {
      if (problem !== undefined) throw problem;
      return { "x-own": "1" };
    };
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => post.accept().result(DONE));
    const client = await connected(server.url, { sse: { ...sse, headers } });
    problem = new Error("no token");
    expect(await rejection(client.callTool("play"))).toBe(problem);
    problem = undefined;
    expect(await client.callTool("play")).toEqual(DONE);
    expect(server.posts.at(-1)?.headers).toMatchObject({ "x-own": "1" });
  });

  it("that cannot be had fail connecting", async () => {
    const problem = new Error("no token");
    const server = await ScriptedServer.start();
    const headers = () => Promise.reject(problem);
    const connecting = McpClient.connect(sseClient(server.url, { ...sse, headers }));
    expect(await rejection(connecting)).toBe(problem);
    expect(server.streams).toEqual([]);
  });
});
