import { inspect } from "node:util";
import { parseConfig } from "@towpath/mcp-core/config";
import { describe, expect, it } from "vitest";
import { streamableHttpClient, type HeadersOption } from "../../src/index.js";
import { closedPort } from "@towpath/test-support/closed-port.js";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { ScriptedServer } from "../support/scripted-server.js";

const SECRET = "hush-hush";

describe.each(CONNECTORS)("over %s, headers of the author's", (_name, http) => {
  const given: readonly (readonly [string, HeadersOption])[] = [
    ["an object", { Authorization: "Bearer a", "X-Own": "1" }],
    ["Headers", new Headers({ Authorization: "Bearer a", "X-Own": "1" })],
    [
      "a list",
      [
        ["Authorization", "Bearer a"],
        ["X-Own", "1"],
      ],
    ],
    ["a function", () => ({ Authorization: "Bearer a", "X-Own": "1" })],
    ["a function with a promise", () => Promise.resolve({ Authorization: "Bearer a", "X-Own": "1" })],
  ];

  it.each(given)("are sent with everything, as %s", async (_what, headers) => {
    const server = await ScriptedServer.start("handshake", {
      "tools/call": (call) => call.result({ content: [] }),
      initialize: (call) =>
        call.result(
          { protocolVersion: "2025-11-25", capabilities: { tools: {} } },
          { "mcp-session-id": "s" },
        ),
    });
    const client = await connected(server.url, { http: { ...http, headers } });
    await client.callTool("play");
    await client.close();
    expect(server.keys).toEqual([
      "server/discover",
      "initialize",
      "notifications/initialized",
      "GET",
      "tools/call",
      "DELETE",
    ]);
    for (const call of server.calls)
      expect(call.headers).toMatchObject({ authorization: "Bearer a", "x-own": "1" });
    const [probe] = server.calls;
    expect(probe?.headers).toMatchObject({
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    });
  });

  it("are asked for with every request", async () => {
    let count = 0;
    const server = await ScriptedServer.start("stateless", {
      "tools/call": (call) => call.result({ content: [] }),
    });
    const headers = (): Record<string, string> => ({ authorization: `Bearer ${String((count += 1))}` });
    const client = await connected(server.url, { http: { ...http, headers } });
    await client.callTool("play");
    await client.callTool("play");
    expect(server.calls.map(({ headers: { authorization } }) => authorization)).toEqual([
      "Bearer 1",
      "Bearer 2",
      "Bearer 3",
    ]);
  });

  it.each<readonly [string, () => never | Promise<never>]>([
    [
      "throws",
      () => {
        throw new Error("no token");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no token"))],
  ])("that cannot be had fail the call, and nothing else, when their function %s", async (_what, fail) => {
    const server = await ScriptedServer.start("stateless", {
      "tools/call": (call) => call.result({ content: [] }),
    });
    let fails = false;
    const client = await connected(server.url, { http: { ...http, headers: () => (fails ? fail() : {}) } });
    fails = true;
    expect(await rejection(client.callTool("play"))).toMatchObject({ message: "no token" });
    fails = false;
    expect(await client.callTool("play")).toEqual({ content: [] });
    expect(server.of("tools/call")).toHaveLength(1);
  });

  it("that a function gives are checked like others", async () => {
    const server = await ScriptedServer.start("stateless");
    for (const headers of [{ "mcp-method": "x" }, { "x-own": `${SECRET}\n` + "x\u0000" }]) {
      const error = await rejection(connected(server.url, { http: { ...http, headers: () => headers } }));
      expect(error).toBeInstanceOf(TypeError);
      expect(inspect(error)).not.toContain(SECRET);
    }
    expect(server.calls).toEqual([]);
  });

  it("show in no error", async () => {
    const port = await closedPort();
    const options = { ...http, headers: { authorization: SECRET } };
    const nowhere = `http://127.0.0.1:${String(port)}/mcp?token=${SECRET}`;
    const refused = await rejection(connected(nowhere, { http: options }));
    expect(refused).toMatchObject({ name: "ConnectionLostError" });
    const server = await ScriptedServer.start("stateless", {
      "server/discover": (call) => call.body("No", 500),
    });
    const failed = await rejection(connected(`${server.url}?token=${SECRET}`, { http: options }));
    const cut = await ScriptedServer.start("stateless", { "server/discover": (call) => call.cut() });
    const lost = await rejection(connected(`${cut.url}?token=${SECRET}`, { http: options }));
    for (const error of [refused, failed, lost]) {
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    }
  });
});

describe("headers of the author's are refused", () => {
  it.each([
    "Accept",
    "Accept-Encoding",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Host",
    "Last-Event-ID",
    "Mcp-Method",
    "Mcp-Name",
    "Mcp-Param-Region",
    "MCP-Protocol-Version",
    "Mcp-Session-Id",
    "Transfer-Encoding",
  ])("where the transport sets them itself: %s", (name) => {
    expect(() => streamableHttpClient("http://localhost/mcp", { headers: { [name]: "x" } })).toThrow(
      `headers cannot set ${name.toLowerCase()}`,
    );
    // What a configuration has of them must not keep its server from being connected.
    const server = { url: "http://localhost/mcp", headers: { [name]: "x" } };
    expect(parseConfig({ mcpServers: { server } }).servers.get("server")).toMatchObject({ headers: {} });
    expect(parseConfig({ mcpServers: { server } }).ignored).toEqual([`mcpServers.server.headers.${name}`]);
  });

  it.each([{ "a b": "x" }, { a: `${SECRET}\n` + "x\u0000" }, { a: `${SECRET}世` }])(
    "where no header can be so, without a word of what they are",
    (headers) => {
      let thrown: unknown;
      try {
        streamableHttpClient("http://localhost/mcp", { headers });
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(TypeError);
      expect(inspect(thrown)).not.toContain(SECRET);
    },
  );
});

describe("an endpoint", () => {
  it.each([
    ["/mcp", "is absolute"],
    ["", "is absolute"],
    ["ftp://localhost/mcp", "begins with http: or https:"],
    [`http://user:${SECRET}@localhost/mcp`, "Credentials belong in the option headers"],
  ])("is refused where it is none: %s", (url, message) => {
    expect(() => streamableHttpClient(url)).toThrow(TypeError);
    expect(() => streamableHttpClient(url)).toThrow(message);
  });

  it.each([
    { maxMessageBytes: 0 },
    { maxConnections: 0 },
    { idleTimeoutMs: -1 },
    { closeTimeoutMs: NaN },
    { resumption: { attempts: 1.5 } },
    { resumption: { attempts: -1 } },
    { resumption: { delayMs: -1 } },
    { resumption: { maxDelayMs: NaN } },
    { resumption: { deadlineMs: -1 } },
  ])("is refused with limits that are none: %j", (options) => {
    expect(() => streamableHttpClient("http://localhost/mcp", options)).toThrow(RangeError);
  });
});
