import { once } from "node:events";
import { McpClient, type ClientTransport } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { describe, expect, it, onTestFinished } from "vitest";
import { ScriptedHttpServer } from "./harness/http/scripted-http-server.js";
import { MESSAGES, ScriptedSse } from "./harness/sse/scripted-sse.js";
import { req } from "./requirements/index.js";
import { HANDSHAKE, HTTP_ALL } from "./requirements/requirement.js";

async function connected(transport: ClientTransport): Promise<McpClient> {
  const client = await McpClient.connect(transport, { roots: () => [] });
  onTestFinished(() => client.close());
  return client;
}

describe.each(HANDSHAKE)("a client over HTTP+SSE, of revision %s", (revision) => {
  it(req("sse.client-posts"), async () => {
    const scripted = new ScriptedSse(revision);
    const server = await ScriptedHttpServer.start(revision, scripted.script);
    const client = await connected(sseClient(server.url));
    scripted.say({ jsonrpc: "2.0", id: "asked", method: "roots/list" });
    await Promise.all([client.callTool("work"), client.callTool("work")]);
    await server.nth("answer");
    const [stream, ...posts] = server.asked;
    expect(stream).toMatchObject({ httpMethod: "GET", headers: { accept: "text/event-stream" } });
    expect(posts).toHaveLength(5);
    for (const { httpMethod, path, headers, body } of posts) {
      expect([httpMethod, path]).toEqual(["POST", MESSAGES]);
      expect(headers["content-type"]).toMatch(/^application\/json\b/);
      expect(body).toMatchObject({ jsonrpc: "2.0" });
    }
  });

  it(req("sse.client-waits"), async () => {
    const scripted = new ScriptedSse(revision, { tells: false });
    const server = await ScriptedHttpServer.start(revision, scripted.script);
    const connecting = connected(sseClient(server.url));
    await scripted.opened;
    // A message alone is no endpoint.
    scripted.say({
      jsonrpc: "2.0",
      method: "notifications/message",
      params: { level: "info", data: "early" },
    });
    expect(server.whats).toEqual(["GET"]);
    scripted.tell();
    await connecting;
    expect(server.whats.slice(0, 2)).toEqual(["GET", "initialize"]);
  });

  it(req("sse.client-closes"), async () => {
    const scripted = new ScriptedSse(revision);
    const server = await ScriptedHttpServer.start(revision, scripted.script);
    const client = await connected(sseClient(server.url));
    const gone = once(await scripted.opened, "close");
    await client.close();
    await gone;
  });
});

describe.each([400, 404, 405])("a client of a server that answers its POST with %i", (refusal) => {
  it.each(HTTP_ALL)(`${req("http.client-tries-sse")} (%s)`, async (known) => {
    const revision = known === "2026-07-28" ? "2024-11-05" : known;
    const scripted = new ScriptedSse(revision, { refusal });
    const server = await ScriptedHttpServer.start(revision, scripted.script);
    // In the words of the revision: by `initialize` alone, or by a request of the stateless era, too.
    const options = known === "2026-07-28" ? {} : ({ era: "handshake" } as const);
    const client = await McpClient.connect(streamableHttpClient(server.url, { sse: sseClient }), options);
    onTestFinished(() => client.close());
    expect(client.revision).toBe(revision);
    const { pathname } = new URL(server.url);
    expect(server.asked[0]).toMatchObject({ httpMethod: "POST", path: pathname });
    expect(server.asked[0]?.headers.accept).toMatch(/application\/json.*text\/event-stream/);
    const got = server.whats.indexOf("GET");
    expect(server.asked[got]).toMatchObject({ path: pathname, headers: { accept: "text/event-stream" } });
    expect(server.asked.slice(got + 1).map(({ path }) => path)).toEqual([MESSAGES, MESSAGES]);
  });

  it(req("http.client-keeps-transport"), async () => {
    const scripted = new ScriptedSse("2025-11-25", { refusal });
    const server = await ScriptedHttpServer.start("2025-11-25", scripted.script);
    const client = await connected(streamableHttpClient(server.url, { sse: sseClient }));
    const asked = server.asked.length;
    await client.callTool("work");
    scripted.say({ jsonrpc: "2.0", id: "asked", method: "roots/list" });
    await server.nth("answer");
    await client.ping();
    expect(server.asked.slice(asked).map(({ what, path }) => `${what} ${path}`)).toEqual(
      ["tools/call", "answer", "ping"].map((what) => `${what} ${MESSAGES}`),
    );
  });
});
