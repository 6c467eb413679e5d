import { createRequire, isBuiltin } from "node:module";
import * as core from "@towpath/mcp-core";
import * as config from "@towpath/mcp-core/config";
import * as http from "@towpath/mcp-core/http";
import * as httpClient from "@towpath/mcp-core/http-client";
import * as httpClientNode from "@towpath/mcp-core/http-client-node";
import * as httpNode from "@towpath/mcp-core/http-node";
import * as httpServer from "@towpath/mcp-core/http-server";
import * as jsonSchema from "@towpath/mcp-core/json-schema";
import * as state from "@towpath/mcp-core/state";
import * as testing from "@towpath/mcp-core/testing";
import * as transport from "@towpath/mcp-core/transport";
import * as stateRedis from "@towpath/state-redis";
import * as transportHttp from "@towpath/transport-http";
import * as transportHttpFetch from "@towpath/transport-http/fetch";
import * as transportSse from "@towpath/transport-sse";
import * as transportSseFetch from "@towpath/transport-sse/fetch";
import * as stdio from "@towpath/transport-stdio";
import * as transportWs from "@towpath/transport-ws";
import { describe, expect, it } from "vitest";
import { loadedModules } from "./harness/loaded-modules.js";

const require = createRequire(import.meta.url);

/** Every entry that is published, as an ES module. */
const entries: Readonly<Record<string, object>> = {
  "@towpath/mcp-core": core,
  "@towpath/mcp-core/config": config,
  "@towpath/mcp-core/http": http,
  "@towpath/mcp-core/http-client": httpClient,
  "@towpath/mcp-core/http-client-node": httpClientNode,
  "@towpath/mcp-core/http-node": httpNode,
  "@towpath/mcp-core/http-server": httpServer,
  "@towpath/mcp-core/json-schema": jsonSchema,
  "@towpath/mcp-core/state": state,
  "@towpath/mcp-core/testing": testing,
  "@towpath/mcp-core/transport": transport,
  "@towpath/state-redis": stateRedis,
  "@towpath/transport-http": transportHttp,
  "@towpath/transport-http/fetch": transportHttpFetch,
  "@towpath/transport-sse": transportSse,
  "@towpath/transport-sse/fetch": transportSseFetch,
  "@towpath/transport-stdio": stdio,
  "@towpath/transport-ws": transportWs,
};

interface Core {
  readonly McpServer: typeof core.McpServer;
  readonly McpClient: typeof core.McpClient;
}

interface Http {
  readonly streamableHttp: typeof transportHttp.streamableHttp;
  readonly streamableHttpClient: typeof transportHttp.streamableHttpClient;
}

interface WebSockets {
  readonly webSocket: typeof transportWs.webSocket;
  readonly webSocketClient: typeof transportWs.webSocketClient;
}

describe("as CommonJS", () => {
  it.each(Object.entries(entries))("%s has what it has as an ES module", (name, asModule) => {
    const required = Object.keys(require(name) as object).filter((key) => key !== "__esModule");
    expect(required.sort()).toEqual(Object.keys(asModule).sort());
  });

  it("has an entry over HTTP that loads nothing of Node's", () => {
    const of = (name: string): string[] => [...loadedModules(require.resolve(name))].filter(isBuiltin);
    expect(of("@towpath/transport-http/fetch")).toEqual([]);
    expect(of("@towpath/transport-sse/fetch")).toEqual([]);
    expect(of("@towpath/transport-http")).toContain("node:http");
  });

  it.each(["@towpath/transport-http", "@towpath/transport-http/fetch"])("%s has a client", async (name) => {
    const { streamableHttp } = require("@towpath/transport-http") as Http;
    const { McpServer, McpClient } = require("@towpath/mcp-core") as Core;
    const { streamableHttpClient } = require(name) as Http;
    const running = await new McpServer("required").start(streamableHttp({ port: 0 }));
    const client = await McpClient.connect(streamableHttpClient(running.urls[0] ?? ""));
    expect(client.server).toMatchObject({ name: "required" });
    await client.close();
    await running.drain();
  });

  it("@towpath/transport-ws has both ends", async () => {
    const { webSocket, webSocketClient } = require("@towpath/transport-ws") as WebSockets;
    const { McpServer, McpClient } = require("@towpath/mcp-core") as Core;
    const running = await new McpServer("required").start(webSocket({ port: 0 }));
    const client = await McpClient.connect(webSocketClient(running.urls[0] ?? ""));
    expect(client.server).toMatchObject({ name: "required" });
    await client.close();
    await running.drain();
  });

  it("serves and calls", async () => {
    const { McpServer, McpClient } = require("@towpath/mcp-core") as Core;
    const server = new McpServer("required");
    server.tool("hello", {}, () => ({ hello: "world" }));
    const client = await McpClient.connect(server);
    expect(await client.callTool("hello")).toMatchObject({ structuredContent: { hello: "world" } });
    await client.close();
  });
});
