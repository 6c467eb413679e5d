import { McpClient } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { streamableHttpClient } from "../../src/index.js";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { deferred } from "@towpath/test-support/deferred.js";
import { ERAS } from "../support/requests.js";
import { ScriptedServer } from "../support/scripted-server.js";

const ended = (server: ScriptedServer): readonly unknown[] =>
  server.of("notifications/cancelled").map(({ message }) => message.params);

describe.each(CONNECTORS)("over %s, a call that is given up", (_name, http) => {
  it.each(["before its head", "in its stream"])(
    "ends its connection in the stateless era, %s",
    async (when) => {
      const server = await ScriptedServer.start("stateless");
      const client = await connected(server.url, { http });
      const controller = new AbortController();
      const begun = deferred();
      const options = { signal: controller.signal, onProgress: () => begun.resolve() };
      const outcome = rejection(client.callTool("play", {}, options));
      const call = await server.seen("tools/call");
      if (when === "in its stream") {
        call.stream().progress(1);
        await begun.promise;
      }
      controller.abort(new Error("enough"));
      expect(await outcome).toMatchObject({ message: "enough" });
      await call.over;
      expect(ended(server)).toEqual([]);
    },
  );

  it.each(["before its head", "in its stream"])(
    "is told to the server in the handshake era, %s",
    async (when) => {
      const server = await ScriptedServer.start("handshake");
      const client = await connected(server.url, { http });
      const controller = new AbortController();
      const begun = deferred();
      const heard: number[] = [];
      const onProgress = ({ progress }: { readonly progress: number }): void => {
        heard.push(progress);
        begun.resolve();
      };
      const outcome = rejection(client.callTool("play", {}, { signal: controller.signal, onProgress }));
      const call = await server.seen("tools/call");
      const stream = when === "in its stream" ? call.stream().progress(1) : undefined;
      if (stream !== undefined) await begun.promise;
      controller.abort(new Error("enough"));
      stream?.progress(2).result();
      expect(await outcome).toMatchObject({ message: "enough" });
      await server.seen("notifications/cancelled");
      await call.over;
      expect(ended(server)).toEqual([{ requestId: call.message.id, reason: "enough" }]);
      expect(heard).toEqual(stream === undefined ? [] : [1]);
    },
  );

  it("ends what the server has asked for its sake in the handshake era, and its stream", async () => {
    const server = await ScriptedServer.start("handshake");
    const asked = deferred();
    const takenBack = deferred();
    const client = await connected(server.url, {
      http,
      elicit: (_request, { signal }) => {
        signal.addEventListener("abort", () => takenBack.resolve());
        asked.resolve();
        return new Promise(() => undefined);
      },
    });
    const controller = new AbortController();
    const outcome = rejection(client.callTool("play", {}, { signal: controller.signal }));
    const call = await server.seen("tools/call");
    const params = { message: "Which?", requestedSchema: { type: "object", properties: {} } };
    call.stream().send({ jsonrpc: "2.0", id: 7, method: "elicitation/create", params });
    await asked.promise;
    controller.abort(new Error("enough"));
    await takenBack.promise;
    expect(await outcome).toMatchObject({ message: "enough" });
    await server.seen("notifications/cancelled");
    await call.over;
    expect(server.of("GET")).toHaveLength(1);
  });

  it("is told to the server again in the handshake era when it could not take that", async () => {
    const server = await ScriptedServer.start("handshake");
    let refusals = 0;
    server.on("notifications/cancelled", (cancellation) => cancellation.status(refusals++ === 0 ? 503 : 202));
    const client = await connected(server.url, { http });
    const controller = new AbortController();
    const outcome = rejection(client.callTool("play", {}, { signal: controller.signal }));
    const call = await server.seen("tools/call");
    controller.abort(new Error("enough"));
    await outcome;
    const params = { requestId: call.message.id, reason: "enough" };
    await expect.poll(() => ended(server)).toEqual([params, params]);
  });

  it("is told to nobody while it waits for one of the connections there may be", async () => {
    const server = await ScriptedServer.start("handshake");
    const client = await connected(server.url, { http: { ...http, maxConnections: 1 } });
    const first = client.callTool("first");
    const call = await server.seen("tools/call");
    const controller = new AbortController();
    const outcome = rejection(client.callTool("second", {}, { signal: controller.signal }));
    await server.quiet();
    controller.abort(new Error("enough"));
    expect(await outcome).toMatchObject({ message: "enough" });
    call.result({ content: [] });
    await first;
    await server.quiet();
    expect([server.of("tools/call").length, ended(server)]).toEqual([1, []]);
  });

  it("is told of nothing when it is the greeting", async () => {
    const clock = new ManualClock();
    const server = await ScriptedServer.start(undefined);
    const transport = streamableHttpClient(server.url, http);
    const outcome = rejection(McpClient.connect(transport, { era: "handshake", clock, timeoutMs: 5_000 }));
    const greeting = await server.seen("initialize");
    clock.advance(5_000);
    expect(await outcome).toMatchObject({ name: "RequestTimeoutError" });
    await greeting.over;
    await server.quiet();
    expect(server.keys).toEqual(["initialize"]);
  });

  it.each(ERAS)("before its headers are there is never sent, in the %s era", async (era) => {
    const held = deferred<Record<string, string>>();
    const asked = deferred();
    let isHeld = false;
    const headers = (): Promise<Record<string, string>> | Record<string, string> => {
      if (!isHeld) return {};
      asked.resolve();
      return held.promise;
    };
    const server = await ScriptedServer.start(era, { ping: (call) => call.result() });
    const client = await connected(server.url, { http: { ...http, headers } });
    const before = server.calls.length;
    isHeld = true;
    const controller = new AbortController();
    const outcome = rejection(client.callTool("play", {}, { signal: controller.signal }));
    await asked.promise;
    controller.abort();
    await outcome;
    isHeld = false;
    held.resolve({});
    await client.ping();
    await client.close();
    await server.quiet();
    expect(server.keys.slice(before)).toEqual([era === "handshake" ? "ping" : "server/discover"]);
  });

  it("by closing the client is told to nobody twice", async () => {
    const server = await ScriptedServer.start("handshake");
    const client = await connected(server.url, { http });
    const outcome = rejection(client.callTool("play"));
    const call = await server.seen("tools/call");
    call.stream();
    await client.close();
    expect(await outcome).toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: true });
    await call.over;
    await server.quiet();
    expect(ended(server)).toHaveLength(1);
  });
});
