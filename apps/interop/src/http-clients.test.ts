import {
  ConnectionLostError,
  McpClient,
  type JsonObject,
  type McpClientOptions,
  type Revision,
} from "@towpath/mcp-core";
import { systemClock } from "@towpath/mcp-core/transport";
import { streamableHttpClient, type NodeStreamableHttpClientOptions } from "@towpath/transport-http";
import { describe, expect, it, onTestFinished } from "vitest";
import { encoded } from "./harness/http/headers.js";
import {
  error,
  event,
  json,
  ScriptedHttpServer,
  status,
  stream,
  type Asked,
  type HttpAnswer,
  type HttpScript,
} from "./harness/http/scripted-http-server.js";
import { metaOf } from "./harness/scripted-server.js";
import { req } from "./requirements/index.js";
import { HTTP_ALL, HTTP_HANDSHAKE } from "./requirements/requirement.js";

interface Connected {
  readonly client: McpClient;
  readonly server: ScriptedHttpServer;
}

async function connected(
  revision: Revision,
  script?: HttpScript,
  options?: McpClientOptions,
  http?: NodeStreamableHttpClientOptions,
): Promise<Connected> {
  const server = await ScriptedHttpServer.start(revision, script);
  const transport = streamableHttpClient(server.url, { resumption: { delayMs: 1 }, ...http });
  const client = await McpClient.connect(transport, options);
  onTestFinished(() => client.close());
  return { client, server };
}

/** The answer to `work`. */
const done = ({ body: { id } }: Asked, revision: Revision) => ({
  jsonrpc: "2.0",
  id: id ?? null,
  result: {
    content: [{ type: "text", text: "done" }],
    ...(revision === "2026-07-28" && { resultType: "complete" }),
  },
});

const DONE = { content: [{ type: "text", text: "done" }] };
const CHANGED = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };

describe.each(HTTP_ALL)("a client over HTTP, of revision %s", (revision) => {
  it(req("http.client-posts"), async () => {
    const { client, server } = await connected(revision);
    await Promise.all([client.callTool("work"), client.callTool("work"), client.listTools()]);
    const posted = server.asked.filter(({ httpMethod }) => httpMethod === "POST");
    expect(posted.length).toBeGreaterThanOrEqual(4);
    for (const { body, headers } of posted) {
      expect(body).toMatchObject({ jsonrpc: "2.0" });
      expect(headers).toHaveProperty("content-type", expect.stringMatching(/^application\/json\b/));
    }
  });

  it(req("http.client-accepts"), async () => {
    const { client, server } = await connected(revision);
    await client.callTool("work");
    if (revision !== "2026-07-28") await server.nth("GET");
    for (const { httpMethod, headers } of server.asked) {
      expect(headers.accept).toContain("text/event-stream");
      if (httpMethod === "POST") expect(headers.accept).toContain("application/json");
    }
  });

  it(req("http.client-reads-both"), async () => {
    let calls = 0;
    const { client } = await connected(revision, {
      "tools/call": (response, asked) => {
        const answer = done(asked, revision);
        if (++calls === 1) json(answer.result)(response, asked);
        else stream(response).end(`: a comment\n\n${event(CHANGED)}${event(answer)}`);
      },
    });
    expect(await client.callTool("work")).toMatchObject(DONE);
    expect(await client.callTool("work")).toMatchObject(DONE);
    expect(calls).toBe(2);
  });
});

describe.each(HTTP_HANDSHAKE)("a client over HTTP of the handshake era, revision %s", (revision) => {
  it(req("http.client-cancels"), async () => {
    const { client, server } = await connected(revision, {
      "tools/call": (response) => void stream(response),
    });
    const controller = new AbortController();
    const calling = client.callTool("work", {}, { signal: controller.signal }).catch(() => "given up");
    const { body } = await server.nth("tools/call");
    controller.abort();
    expect(await calling).toBe("given up");
    const cancelled = await server.nth("notifications/cancelled");
    expect(cancelled.body.params).toHaveProperty("requestId", body.id);
  });

  it(req("http.client-unlistened"), async () => {
    const { client, server } = await connected(revision, { GET: status(405) });
    await server.nth("GET");
    expect(await client.callTool("work")).toMatchObject(DONE);
    expect(server.all("GET")).toHaveLength(1);
  });

  it(req("resumption.client-resumes"), async () => {
    let cut: Asked | undefined;
    const { client, server } = await connected(revision, {
      "tools/call": (response, asked) => {
        cut = asked;
        stream(response).write(event(CHANGED, "e-1"), () => response.destroy());
      },
      GET: (response, { headers }) => {
        stream(response);
        if (headers["last-event-id"] === "e-1" && cut !== undefined)
          response.end(event(done(cut, revision), "e-2"));
      },
    });
    expect(await client.callTool("work")).toMatchObject(DONE);
    expect(server.all("tools/call")).toHaveLength(1);
  });

  it(req("sessions.client-names"), async () => {
    const { client, server } = await connected(revision);
    await client.callTool("work");
    await server.nth("GET");
    await client.close();
    const [, greeting, ...rest] = server.asked;
    expect(greeting).toMatchObject({ what: "initialize" });
    expect(greeting?.headers).not.toHaveProperty("mcp-session-id");
    for (const { headers } of rest) expect(headers).toHaveProperty("mcp-session-id", "session-1");
    expect(rest.length).toBeGreaterThanOrEqual(4);
  });

  it(req("sessions.client-keeps-id"), async () => {
    const other = await ScriptedHttpServer.start(revision);
    const { client } = await connected(revision, {
      "tools/call": (response) => response.writeHead(307, { location: other.url }).end(),
    });
    await expect(client.callTool("work")).rejects.toThrow("redirects");
    expect(other.asked).toEqual([]);
  });

  it(req("sessions.client-begins-anew"), async () => {
    const { client, server } = await connected(revision, {
      "tools/call": (response, asked) => {
        const isGone = asked.headers["mcp-session-id"] === "session-1";
        (isGone ? status(404) : json(DONE))(response, asked);
      },
    });
    expect(await client.callTool("work")).toMatchObject(DONE);
    const second = await server.nth("initialize", 2);
    expect(second.headers).not.toHaveProperty("mcp-session-id");
    expect((await server.nth("tools/call", 2)).headers).toHaveProperty("mcp-session-id", "session-2");
  });

  it.each([200, 405])(`${req("sessions.client-ends")} (%i)`, async (code) => {
    const { client, server } = await connected(revision, { DELETE: status(code) });
    await client.close();
    expect(server.all("DELETE").map(({ headers }) => headers["mcp-session-id"])).toEqual(["session-1"]);
  });

  it(req("versioning.http-client-falls-back"), async () => {
    const { client } = await connected(revision, { "server/discover": status(400, { oops: true }) });
    expect(client.revision).toBe(revision);
  });
});

describe("a client over HTTP of the handshake era", () => {
  it.each(["2025-06-18", "2025-11-25"] as const)(
    `${req("headers.client-version")} (%s)`,
    async (revision) => {
      const { client, server } = await connected(revision);
      await client.callTool("work");
      await server.nth("GET");
      await client.close();
      const [, , ...rest] = server.asked;
      for (const { headers } of rest) expect(headers).toHaveProperty("mcp-protocol-version", revision);
      expect(rest.length).toBeGreaterThanOrEqual(4);
    },
  );

  it(req("resumption.client-waits"), async () => {
    const RETRY_MS = 4_321;
    const happened: string[] = [];
    let cut: Asked | undefined;
    const clock: typeof systemClock = {
      now: () => systemClock.now(),
      schedule: (delayMs, task, options) => {
        if (delayMs !== RETRY_MS) return systemClock.schedule(delayMs, task, options);
        const waited = (): void => {
          happened.push("waited");
          task();
        };
        return systemClock.schedule(0, waited, options);
      },
    };
    const script: HttpScript = {
      "tools/call": (response, asked) => {
        cut = asked;
        stream(response).end(`id: e-1\nretry: ${String(RETRY_MS)}\ndata:\n\n`);
      },
      GET: (response, { headers }) => {
        stream(response);
        if (headers["last-event-id"] !== "e-1" || cut === undefined) return;
        happened.push("came back");
        response.end(event(done(cut, "2025-11-25"), "e-2"));
      },
    };
    const { client } = await connected("2025-11-25", script, {}, { clock });
    expect(await client.callTool("work")).toMatchObject(DONE);
    expect(happened).toEqual(["waited", "came back"]);
  });
});

/** A tool that mirrors parameters of every type, one of them further in. */
const ROUTE = {
  name: "route",
  inputSchema: {
    type: "object",
    properties: {
      region: { type: "string", "x-mcp-header": "Region" },
      count: { type: "integer", "x-mcp-header": "Count" },
      urgent: { type: "boolean", "x-mcp-header": "Urgent" },
      place: { type: "object", properties: { city: { type: "string", "x-mcp-header": "City" } } },
      left: { type: ["string", "null"] },
    },
  },
};

const tools = (...listed: JsonObject[]): HttpAnswer =>
  json({
    resultType: "complete",
    ttlMs: 0,
    cacheScope: "private",
    tools: listed,
  });

describe("a client over HTTP of the stateless era", () => {
  const revision = "2026-07-28";

  it(req("http.client-closes-to-cancel"), async () => {
    let closed: () => void = () => undefined;
    const closing = new Promise<void>((resolve) => (closed = resolve));
    const { client, server } = await connected(revision, {
      "tools/call": (response) => void stream(response).on("close", closed),
    });
    const controller = new AbortController();
    const calling = client.callTool("work", {}, { signal: controller.signal }).catch(() => "given up");
    await server.nth("tools/call");
    controller.abort();
    expect(await calling).toBe("given up");
    await closing;
    await client.listTools();
    expect(server.whats).not.toContain("notifications/cancelled");
  });

  it(req("http.client-case"), async () => {
    const { client } = await connected(revision, {
      "tools/call": (response, asked) => {
        response.writeHead(200, { "CONTENT-TYPE": "text/event-stream" });
        response.end(event(done(asked, revision)));
      },
    });
    expect(await client.callTool("work")).toMatchObject(DONE);
  });

  it(req("resumption.client-stateless"), async () => {
    const { client, server } = await connected(revision, {
      "tools/call": (response) => stream(response).write(event(CHANGED, "e-1"), () => response.destroy()),
    });
    await expect(client.callTool("work")).rejects.toBeInstanceOf(ConnectionLostError);
    expect(server.whats).not.toContain("GET");
  });

  it(req("headers.client-metadata"), async () => {
    const { client, server } = await connected(revision);
    await client.listTools();
    await client.callTool("work");
    await client.readResource("config://app");
    await client.getPrompt("greet");
    for (const { what, headers, body } of server.asked) {
      expect(headers).toMatchObject({ "mcp-protocol-version": revision, "mcp-method": what });
      expect(metaOf(body)).toHaveProperty(["io.modelcontextprotocol/protocolVersion"], revision);
    }
    const names = server.asked.map(({ what, headers }) => [what, headers["mcp-name"]]);
    expect(new Map(names as [string, string | undefined][])).toEqual(
      new Map([
        ["server/discover", undefined],
        ["tools/list", undefined],
        ["tools/call", "work"],
        ["resources/read", "config://app"],
        ["prompts/get", "greet"],
      ]),
    );
  });

  it(req("headers.client-encodes"), async () => {
    const names = ["grüße", " padded ", "two\nlines", "=?base64?literal?="];
    const { client, server } = await connected(revision, {
      "tools/list": tools(...names.map((name) => ({ ...ROUTE, name }))),
    });
    await client.listTools();
    for (const name of names) await client.callTool(name, { region: name });
    const sent = server.all("tools/call").map(({ headers }) => headers);
    expect(sent.map((headers) => headers["mcp-name"])).toEqual(names.map(encoded));
    expect(sent.map((headers) => headers["mcp-param-region"])).toEqual(names.map(encoded));
  });

  it(req("headers.client-params"), async () => {
    const { client, server } = await connected(revision, { "tools/list": tools(ROUTE) });
    await client.listTools();
    await client.callTool("route", {
      region: "us-west1",
      count: -7,
      urgent: false,
      place: { city: "Tartu" },
    });
    await client.callTool("route", { region: null, place: {}, left: "out" });
    const [all, none] = server.all("tools/call").map(({ headers }) => paramsIn(headers));
    const mirrored = { region: "us-west1", count: "-7", urgent: "false", city: "Tartu" };
    expect(all).toEqual(mirrored);
    expect(none).toEqual({});
  });

  it(req("headers.client-rejects-tools"), async () => {
    const noise: string[] = [];
    const marked = (name: string, properties: JsonObject) => ({
      name,
      inputSchema: { type: "object", properties },
    });
    const bad = [
      marked("empty", { a: { type: "string", "x-mcp-header": "" } }),
      marked("spaced", { a: { type: "string", "x-mcp-header": "My Region" } }),
      marked("split", { a: { type: "string", "x-mcp-header": "A\r\nB" } }),
      marked("twice", {
        a: { type: "string", "x-mcp-header": "Region" },
        b: { type: "string", "x-mcp-header": "region" },
      }),
      marked("number", { a: { type: "number", "x-mcp-header": "A" } }),
      marked("listed", { a: { type: "array", items: { type: "string", "x-mcp-header": "A" } } }),
    ];
    const { client } = await connected(
      revision,
      { "tools/list": tools(...bad, ROUTE) },
      { onNoise: (what) => noise.push(what) },
    );
    expect((await client.listTools()).map(({ name }) => name)).toEqual(["route"]);
    for (const { name } of bad)
      expect(noise).toContainEqual(expect.stringMatching(new RegExp(`\\b${name}\\b.*x-mcp-header`)));
  });

  it(req("headers.client-lists-again"), async () => {
    const { client, server } = await connected(revision, {
      "tools/list": tools(ROUTE),
      "tools/call": (response, asked) => {
        const isThere = asked.headers["mcp-param-region"] === "eu";
        (isThere ? json(done(asked, revision).result) : error(-32020))(response, asked);
      },
    });
    expect(await client.callTool("route", { region: "eu" })).toMatchObject(DONE);
    expect(server.whats.slice(-2)).toEqual(["tools/list", "tools/call"]);
  });

  it(req("versioning.http-client-reads-body"), async () => {
    const server = await ScriptedHttpServer.start(revision, {
      "server/discover": error(-32022, { supported: ["2031-01-01"], requested: revision }),
    });
    const failure = await McpClient.connect(streamableHttpClient(server.url)).catch(String);
    expect(failure).toContain("2031-01-01");
    expect(server.whats).not.toContain("initialize");
  });
});

/** The mirrored parameters, by name. */
function paramsIn(headers: Asked["headers"]): Readonly<Record<string, unknown>> {
  const PREFIX = "mcp-param-";
  const mirrored = Object.entries(headers).filter(([name]) => name.startsWith(PREFIX));
  return Object.fromEntries(mirrored.map(([name, value]) => [name.slice(PREFIX.length), value]));
}
