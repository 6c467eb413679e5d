import type { McpClient } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { CONNECTORS, connected } from "../support/clients.js";
import { deferred } from "@towpath/test-support/deferred.js";
import { RetryClock } from "../support/retry-clock.js";
import { ScriptedServer, type Handler } from "../support/scripted-server.js";

const DONE = { content: [{ type: "text", text: "done" }] };
const question = (id: number | string): object => ({
  jsonrpc: "2.0",
  id,
  method: "elicitation/create",
  params: { message: "Sure?", requestedSchema: { type: "object", properties: {} } },
});
const accepted = (id: number | string): object => ({
  jsonrpc: "2.0",
  id,
  result: { action: "accept", content: {} },
});

interface Asked {
  readonly client: McpClient;
  readonly server: ScriptedServer;
  readonly clock: RetryClock;
}

describe.each(CONNECTORS)("over %s, a question of the server's", (_name, http) => {
  async function asked(handlers: Readonly<Record<string, Handler>> = {}): Promise<Asked> {
    const clock = new RetryClock();
    const server = await ScriptedServer.start("handshake", handlers);
    const client = await connected(server.url, {
      http: { ...http, clock },
      elicit: () => ({ action: "accept", content: {} }),
    });
    return { client, server, clock };
  }

  it.each([0, 7, "id"])("on the stream of a call is answered with its id, %j", async (id) => {
    const { client, server } = await asked();
    const outcome = client.callTool("play");
    const stream = (await server.seen("tools/call")).stream().send(question(id));
    expect((await server.seen("answer")).message).toMatchObject(accepted(id));
    stream.result(DONE);
    expect(await outcome).toEqual(DONE);
  });

  it.each([0, "id"])("on the standing stream is answered with its id, %j", async (id) => {
    const { server } = await asked({ GET: (call) => void call.stream().send(question(id)) });
    const { message, headers } = await server.seen("answer");
    expect(message).toMatchObject(accepted(id));
    expect(headers["mcp-protocol-version"]).toBe("2025-11-25");
  });

  it("is answered while as many calls are under way as there may be connections", async () => {
    const server = await ScriptedServer.start("handshake");
    const client = await connected(server.url, {
      http: { ...http, maxConnections: 1 },
      elicit: () => ({ action: "accept", content: {} }),
    });
    const outcome = client.callTool("play");
    const stream = (await server.seen("tools/call")).stream().send(question(1));
    await server.seen("answer");
    stream.result(DONE);
    expect(await outcome).toEqual(DONE);
  });

  it("is answered again where the server fails to take the answer, until it does", async () => {
    const failures = [503, 500, 429, 503, 503, 503];
    const { server, clock } = await asked({
      GET: (call) => void call.stream().send(question(0)),
      answer: (call) => call.status(failures.shift() ?? 202),
    });
    expect(await clock.pass()).toBe(250);
    for (let attempt = 2; attempt <= 6; attempt += 1) expect(await clock.pass()).toBeGreaterThanOrEqual(250);
    const last = await server.seen("answer", 7);
    await last.over;
    expect(server.of("answer").map(({ message }) => message)).toMatchObject(Array(7).fill(accepted(0)));
  });

  it("is answered again where the connection was cut", async () => {
    const { server, clock } = await asked({
      GET: (call) => void call.stream().send(question(0)),
      answer: (call) => call.cut(),
    });
    await server.seen("answer");
    server.on("answer", (call) => call.status(202));
    await clock.pass();
    await server.seen("answer", 2);
  });

  it("is not answered again where the server has taken or refused it", async () => {
    for (const status of [200, 202, 204, 400, 403]) {
      const { client, server } = await asked({
        GET: (call) => void call.stream().send(question(0)),
        answer: (call) => call.status(status),
        ping: (call) => call.result(),
      });
      await (
        await server.seen("answer")
      ).over;
      await client.ping();
      expect(server.of("answer")).toHaveLength(1);
    }
  });

  it("is answered no more when the client was closed", async () => {
    const { client, server, clock } = await asked({
      GET: (call) => void call.stream().send(question(0)),
      answer: (call) => call.status(503),
    });
    await clock.next();
    await client.close();
    clock.advance(10_000);
    await server.quiet();
    expect(server.of("answer")).toHaveLength(1);
  });

  it("holds nothing else up while nobody has answered it", async () => {
    const answered = deferred();
    const server = await ScriptedServer.start("handshake", {
      GET: (call) => void call.stream().send(question(0)),
      ping: (call) => call.result(),
    });
    const client = await connected(server.url, {
      http,
      elicit: async () => {
        await answered.promise;
        return { action: "accept", content: {} };
      },
    });
    await client.ping();
    expect(server.of("answer")).toEqual([]);
    answered.resolve();
    await server.seen("answer");
  });
});
