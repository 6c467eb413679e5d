import { memoryState, remoteTransport, type ClientTransport } from "@towpath/mcp-core";
import type { HttpService } from "@towpath/mcp-core/http-server";
import { HttpStatusError, streamableHttp, streamableHttpClient } from "@towpath/transport-http";
import { sse, sseClient } from "@towpath/transport-sse";
import { webSocketClient } from "@towpath/transport-ws";
import { describe, expect, it, onTestFinished } from "vitest";
import { calculator, connect, roundRobin, said, serve } from "./migration.test-kit.js";

// The steps of docs/migrate-sse-to-http.md, by their numbers there.

const sessions = { sessions: true };

/** The transport for a URL, for a program that has all three. */
const byUrl = (url: string): ClientTransport =>
  remoteTransport(url, { streamableHttp: streamableHttpClient, sse: sseClient, ws: webSocketClient });

const greeting = {
  method: "POST",
  headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
  body: JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "any", version: "1" } },
  }),
};

/** The first event of an event stream, as text. */
async function firstEvent(url: string): Promise<string> {
  const { body } = await fetch(url, { headers: { accept: "text/event-stream" } });
  if (body === null) throw new Error("There is no stream");
  let text = "";
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("\n\n")) break;
  }
  return text;
}

describe("1. the server over HTTP+SSE stays as it is", () => {
  it("is reached by the clients that it has", async () => {
    const running = await calculator().start(sse({ port: 0 }));
    onTestFinished(() => running.drain({ timeoutMs: 0 }));
    const [url = ""] = running.urls;
    expect(new URL(url).pathname).toBe("/sse");
    const client = await connect(sseClient(url));
    expect(await said(client, "add", { a: 1, b: 2 })).toBe("3");
    expect(await said(client, "empty")).toBe("accept");
  });

  it("tells them where to post messages, wherever that is", async () => {
    const origin = await serve(calculator(), sse({ path: "/old/sse", messagePath: "/old/messages/" }));
    expect(await firstEvent(`${origin}/old/sse`)).toMatch(/^event: endpoint\ndata: .*messages\/\?/);
    expect(await said(await connect(sseClient(`${origin}/old/sse`)), "where")).toBe("only");
  });
});

describe("2. both are served on one port", () => {
  it("answers clients of either, of one and the same server", async () => {
    const origin = await serve(calculator(), streamableHttp(sessions), sse());
    const clients = await Promise.all([
      connect(sseClient(`${origin}/sse`)),
      connect(streamableHttpClient(`${origin}/mcp`)),
    ]);
    expect(clients.map(({ revision }) => revision)).toEqual(["2025-11-25", "2026-07-28"]);
    for (const client of clients) {
      expect(await said(client, "add", { a: 1, b: 2 })).toBe("3");
      expect(await said(client, "empty")).toBe("accept");
    }
  });
});

describe("3. clients find the right one by the URL alone", () => {
  it.each([
    ["a server that has HTTP+SSE alone", [sse()], "/sse", "2025-11-25"],
    ["HTTP+SSE beside Streamable HTTP", [streamableHttp(sessions), sse()], "/sse", "2025-11-25"],
    ["Streamable HTTP", [streamableHttp(sessions), sse()], "/mcp", "2026-07-28"],
  ])("connects to %s", async (_what, parts, path, revision) => {
    const url = (await serve(calculator(), ...parts)) + path;
    for (const transport of [byUrl(url), streamableHttpClient(url, { sse: (older) => sseClient(older) })]) {
      const client = await connect(transport);
      expect(client.revision).toBe(revision);
      expect(await said(client, "empty")).toBe("accept");
    }
  });

  it("shows any client that does as the specification says", async () => {
    const origin = await serve(calculator(), streamableHttp(sessions), sse());
    const refused = await fetch(`${origin}/sse`, greeting);
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET"]);
    // An error of JSON-RPC would be one of a server that speaks Streamable HTTP.
    expect(await refused.text()).not.toContain("jsonrpc");
    expect(await firstEvent(`${origin}/sse`)).toMatch(/^event: endpoint\n/);
    expect((await fetch(`${origin}/mcp`, greeting)).status).toBe(200);
  });
});

describe("4. it shows who still comes over HTTP+SSE", () => {
  it("tells middleware what a request came over, and who asks", async () => {
    const late = new Set<string | undefined>();
    const server = calculator();
    server.use((_request, ctx, next) => {
      if (ctx.transport === "sse") late.add(ctx.client.info?.name);
      return next();
    });
    const origin = await serve(server, streamableHttp(sessions), sse());
    const old = await connect(sseClient(`${origin}/sse`), { info: { name: "old", version: "1" } });
    await said(old, "where");
    const info = { name: "new", version: "2" };
    await said(await connect(streamableHttpClient(`${origin}/mcp`), { info }), "where");
    expect([...late]).toContain("old");
    expect([...late]).not.toContain("new");
  });

  it("asks authorize for each stream that is opened", async () => {
    const late: string[] = [];
    const noted = sse({
      authorize: ({ method, headers }) => {
        if (method === "GET") late.push(headers.get("user-agent") ?? "no name");
        return { id: "anybody" };
      },
    });
    const origin = await serve(calculator(), streamableHttp(sessions), noted);
    const headers = { "user-agent": "old-app/1.2" };
    const old = await connect(sseClient(`${origin}/sse`, { headers }));
    expect(await said(old, "empty")).toBe("accept");
    await said(await connect(streamableHttpClient(`${origin}/mcp`, { headers })), "where");
    expect(late).toEqual(["old-app/1.2"]);
  });
});

describe("5. the load balancer needs no sticky sessions any more", () => {
  it("serves Streamable HTTP without sessions on any node", async () => {
    const nodes = await Promise.all(["a", "b"].map((node) => serve(calculator(node), streamableHttp())));
    const balancer = await roundRobin(...nodes);
    for (const era of ["handshake", "stateless"] as const) {
      const client = await connect(streamableHttpClient(`${balancer}/mcp`), { era });
      const answers = [await said(client, "where"), await said(client, "where")];
      expect(answers.sort()).toEqual(["a", "b"]);
    }
  });

  it("serves sessions on any node that shares the state, questions and answers included", async () => {
    const state = memoryState();
    const nodes = await Promise.all(
      ["a", "b"].map((node) => serve(calculator(node, { state }), streamableHttp(sessions), sse())),
    );
    const balancer = await roundRobin(...nodes);
    const clients = await Promise.all([
      connect(streamableHttpClient(`${balancer}/mcp`), { era: "handshake" }),
      connect(streamableHttpClient(`${balancer}/mcp`), { era: "stateless" }),
      connect(sseClient(`${balancer}/sse`)),
    ]);
    for (const client of clients) {
      for (let times = 0; times < 3; times += 1) expect(await said(client, "empty")).toBe("accept");
    }
  });

  it("still needs them for HTTP+SSE, and for sessions, where each node has a state of its own", async () => {
    const nodes = await Promise.all(
      ["a", "b"].map((node) => serve(calculator(node), streamableHttp(sessions), sse())),
    );
    const balancer = await roundRobin(...nodes);
    const late = connect(sseClient(`${balancer}/sse`, { reconnect: false }));
    await expect(late).rejects.toThrow("404");
    const [first = "", second = ""] = nodes;
    const begun = await fetch(`${first}/mcp`, greeting);
    const headers = { ...greeting.headers, "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 2, method: "ping" });
    const pings = await Promise.all(
      [first, second].map((node) => fetch(`${node}/mcp`, { ...greeting, headers, body })),
    );
    expect(pings.map(({ status }) => status)).toEqual([200, 404]);
  });
});

describe("6. HTTP+SSE is turned off", () => {
  it("is not there any more for those who come late", async () => {
    const origin = await serve(calculator(), streamableHttp(sessions));
    const late = connect(sseClient(`${origin}/sse`));
    await expect(late).rejects.toThrow(HttpStatusError);
    await expect(late).rejects.toMatchObject({ status: 404 });
  });

  it("leaves a redirect, by which clients of both find the way", async () => {
    const moved: HttpService = {
      paths: ["/sse", "/messages"],
      handle: (call) => call.send(308, { location: "/mcp" }),
    };
    const origin = await serve(calculator(), streamableHttp(sessions), moved);
    const client = await connect(byUrl(`${origin}/sse`));
    expect(client.revision).toBe("2026-07-28");
    expect(await said(client, "empty")).toBe("accept");
    await expect(connect(sseClient(`${origin}/sse`))).rejects.toThrow(HttpStatusError);
  });
});
