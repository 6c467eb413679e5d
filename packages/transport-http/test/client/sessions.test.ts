import { McpClient } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { streamableHttpClient } from "../../src/index.js";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { RetryClock } from "../support/retry-clock.js";
import type { ScriptedCall } from "../support/scripted-call.js";
import { DISCOVERED, initialized, ScriptedServer, type Handler } from "../support/scripted-server.js";

const DONE = { content: [{ type: "text", text: "done" }] };

/** A server whose sessions are called s1, s2, and so on; it knows only the last one. */
class SessionServer {
  readonly scripted: ScriptedServer;
  begun = 0;
  /** Whether the session was ended by the server. */
  #ended = false;

  private constructor(scripted: ScriptedServer) {
    this.scripted = scripted;
    scripted.on("initialize", (call) => {
      this.begun += 1;
      this.#ended = false;
      call.result(initialized(), { "mcp-session-id": `s${String(this.begun)}` });
    });
  }

  static async start(handlers: Readonly<Record<string, Handler>> = {}): Promise<SessionServer> {
    const scripted = await ScriptedServer.start("handshake");
    const server = new SessionServer(scripted);
    const all = { "tools/call": (call: ScriptedCall) => call.result(DONE), ...handlers };
    for (const [key, handler] of Object.entries(all)) {
      scripted.on(key, (call) => {
        const knows = !server.#ended && call.session === `s${String(server.begun)}`;
        if (knows) handler(call);
        else
          call.json({ jsonrpc: "2.0", id: null, error: { code: -32001, message: "Session not found" } }, 404);
      });
    }
    return server;
  }

  get url(): string {
    return this.scripted.url;
  }

  end(): void {
    this.#ended = true;
  }
}

describe.each(CONNECTORS)("over %s, a session", (_name, http) => {
  it("is named in everything after the greeting", async () => {
    const server = await SessionServer.start({ GET: (call) => void call.stream() });
    const client = await connected(server.url, { http });
    await client.callTool("play");
    const controller = new AbortController();
    server.scripted.on("tools/call", () => controller.abort());
    await rejection(client.callTool("play", {}, { signal: controller.signal }));
    await server.scripted.seen("notifications/cancelled");
    await client.close();
    expect(server.scripted.calls.map(({ key, session }) => [key, session])).toEqual([
      ["server/discover", undefined],
      ["initialize", undefined],
      ["notifications/initialized", "s1"],
      ["GET", "s1"],
      ["tools/call", "s1"],
      ["tools/call", "s1"],
      ["notifications/cancelled", "s1"],
      ["DELETE", "s1"],
    ]);
    const versions = server.scripted.calls.map(({ headers }) => headers["mcp-protocol-version"]);
    expect(versions).toEqual(["2026-07-28", undefined, ...Array<string>(6).fill("2025-11-25")]);
  });

  it.each(["a b", "", "x".repeat(1_025), "é"])("has no id that no header can have: %j", async (id) => {
    const server = await ScriptedServer.start("handshake", {
      initialize: (call) => call.result(initialized(), { "mcp-session-id": id }),
    });
    expect(await rejection(connected(server.url, { http }))).toMatchObject({
      name: "UnreadableResponseError",
    });
  });

  it("is nothing that the stateless era has", async () => {
    const headers = { "mcp-session-id": "s1" };
    const server = await ScriptedServer.start("stateless", {
      "server/discover": (call) => call.result(DISCOVERED, headers),
      "tools/call": (call) => call.result(DONE, headers),
    });
    const client = await connected(server.url, { http });
    await client.callTool("play");
    await client.callTool("play");
    await client.close();
    expect(server.calls.map(({ session }) => session)).toEqual([undefined, undefined, undefined]);
    expect(server.keys).toEqual(["server/discover", "tools/call", "tools/call"]);
  });

  it("that was ended is begun anew once, for all calls there are, each of which is repeated", async () => {
    const server = await SessionServer.start();
    const client = await connected(server.url, { http });
    server.end();
    const calls = Array.from({ length: 64 }, () => client.callTool("play"));
    expect(await Promise.all(calls)).toEqual(Array(64).fill(DONE));
    expect(server.begun).toBe(2);
    const sessions = server.scripted.of("tools/call").map(({ session }) => session);
    expect(sessions.sort()).toEqual([...Array<string>(64).fill("s1"), ...Array<string>(64).fill("s2")]);
    expect(server.scripted.of("server/discover")).toHaveLength(1);
  });

  it("is ended for its client by a notification that the server knows no session for", async () => {
    const server = await SessionServer.start({ "notifications/cancelled": (call) => call.status(202) });
    const client = await connected(server.url, { http });
    const controller = new AbortController();
    server.scripted.on("tools/call", () => {
      server.end();
      controller.abort();
    });
    await rejection(client.callTool("play", {}, { signal: controller.signal }));
    await (
      await server.scripted.seen("notifications/cancelled")
    ).over;
    server.scripted.on("tools/call", (call) => call.result(DONE));
    await client.callTool("play");
    await client.callTool("play");
    expect(server.scripted.of("tools/call").at(-1)?.session).toBe("s2");
    expect(server.begun).toBe(2);
  });

  it("does not end with a method that the server does not know", async () => {
    const server = await SessionServer.start({
      "tools/call": (call) => call.error(-32601, "Method not found", 404),
    });
    const client = await connected(server.url, { http });
    expect(await rejection(client.callTool("play"))).toMatchObject({ name: "ProtocolError", code: -32601 });
    expect(server.begun).toBe(1);
  });

  describe("that is lost with the stream of a call", () => {
    const LIST = {
      tools: [
        { name: "play", inputSchema: { type: "object" } },
        { name: "look", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } },
        { name: "set", inputSchema: { type: "object" }, annotations: { idempotentHint: true } },
      ],
    };

    /** Every first request of a session, but for the list, is answered with a stream that is cut. */
    async function losing() {
      const clock = new RetryClock();
      const lose = (call: ScriptedCall): void => {
        call.stream().prime({ id: "a", retry: 250 }).cut();
        server.end();
      };
      const server = await SessionServer.start({
        GET: (call) => call.status(405),
        "tools/list": (call) => call.result(LIST),
      });
      const client = await connected(server.url, { http: { ...http, clock, standingStream: false } });
      const answerOnce = (key: string, result: object): void => {
        server.scripted.on(key, (call) => (call.session === "s1" ? lose(call) : call.result({ ...result })));
      };
      return { clock, server, client, answerOnce };
    }

    it("has a call fail that may have been done", async () => {
      const { clock, server, client, answerOnce } = await losing();
      answerOnce("tools/call", DONE);
      await client.listTools();
      const error = rejection(client.callTool("play"));
      await clock.pass();
      expect(await error).toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: true });
      expect(await client.callTool("play")).toEqual(DONE);
      expect(server.begun).toBe(2);
    });

    it("has requests repeated that do nothing", async () => {
      const { clock, client, answerOnce, server } = await losing();
      answerOnce("tools/list", LIST);
      const listed = client.listTools();
      await clock.pass();
      expect(await listed).toHaveLength(3);
      expect(server.scripted.of("tools/list").map(({ session }) => session)).toEqual(["s1", "s2"]);
    });

    it.each(["look", "set"])("has a call repeated of a tool that may be called twice: %s", async (tool) => {
      const { clock, client, answerOnce, server } = await losing();
      answerOnce("tools/call", DONE);
      await client.listTools();
      const outcome = client.callTool(tool);
      await clock.pass();
      expect(await outcome).toEqual(DONE);
      expect(server.scripted.of("tools/call").map(({ session }) => session)).toEqual(["s1", "s2"]);
    });
  });

  it("is begun anew no more often than it may be", async () => {
    const server = await SessionServer.start({ "tools/call": (call) => call.body("No session", 404) });
    const client = await connected(server.url, {
      http: { ...http, reconnect: { attempts: 2, windowMs: 1e9 } },
    });
    for (let call = 1; call <= 5; call += 1)
      expect(await rejection(client.callTool("play"))).toMatchObject({
        name: "ConnectionLostError",
        mayHaveBeenDelivered: false,
      });
    expect(server.begun).toBe(3);
  });

  it("is never begun anew where that is not wanted", async () => {
    const server = await SessionServer.start();
    const client = await connected(server.url, { http: { ...http, reconnect: false } });
    server.end();
    for (let call = 1; call <= 2; call += 1)
      expect(await rejection(client.callTool("play"))).toMatchObject({ name: "ConnectionLostError" });
    expect(server.begun).toBe(1);
  });

  it("is ended when its client is closed, also where the server will not", async () => {
    const server = await SessionServer.start();
    server.scripted.on("DELETE", (call) => call.status(405));
    const client = await connected(server.url, { http });
    await Promise.all([client.close(), client.close()]);
    await client.close();
    expect(server.scripted.of("DELETE").map(({ session }) => session)).toEqual(["s1"]);
  });

  it("is waited for as long as its end may take", async () => {
    const clock = new ManualClock();
    const server = await SessionServer.start();
    server.scripted.on("DELETE", () => undefined);
    const client = await connected(server.url, { http: { ...http, clock, closeTimeoutMs: 77 } });
    let closed = false;
    const closing = client.close().then(() => (closed = true));
    const call = await server.scripted.seen("DELETE");
    clock.advance(76);
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    clock.advance(1);
    await closing;
    await call.over;
  });

  it.each([200, 404, 405])("that was begun too late is ended, also where that gets %i", async (status) => {
    const clock = new ManualClock();
    const server = await ScriptedServer.start(undefined, {
      "tools/call": (call) => call.result(DONE),
      DELETE: (call) => call.status(status),
    });
    const connecting = McpClient.connect(streamableHttpClient(server.url, http), {
      clock,
      probeTimeoutMs: 77,
      validateOutput: false,
    });
    const probe = await server.seen("server/discover");
    clock.advance(77);
    const greeting = await server.seen("initialize");
    probe.result(DISCOVERED);
    const client = await connecting;
    greeting.result(initialized(), { "mcp-session-id": "late" });
    const ending = await server.seen("DELETE");
    expect(ending.session).toBe("late");
    await ending.over;
    expect(client.era).toBe("stateless");
    for (let call = 1; call <= 3; call += 1) expect(await client.callTool("play")).toEqual(DONE);
    expect(server.keys.filter((key) => key === "server/discover")).toHaveLength(1);
    await client.close();
    expect(server.of("DELETE")).toHaveLength(1);
  });
});
