/* eslint-disable @typescript-eslint/no-deprecated -- what is deprecated works, and has to */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Client as V1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport as V1Sse } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport as V1Http } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpClient, remoteTransport } from "@towpath/mcp-core";
import { startNginx } from "@towpath/test-support/nginx.js";
import * as http from "@towpath/transport-http";
import * as sse from "@towpath/transport-sse";
import * as ws from "@towpath/transport-ws";
import express from "express";
import { describe, expect, it, onTestFinished } from "vitest";
import { serveEverywhere, toolServer } from "./harness/everywhere.js";

const PREFIX = "/behind/a/prefix";

/** The path is none that the server knows of. */
const NGINX = `
  rewrite ^${PREFIX}(/.*)$ $1 break;
  proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection "upgrade";
  proxy_buffering off;
`;

/** Serves until the test is over. @returns where, with the prefix */
const SERVED: Readonly<Record<string, () => Promise<string>>> = {
  "mounted in an app of Express": async () => {
    const mcp = toolServer();
    // A path is the whole path, wherever a handler is mounted.
    const paths = { path: `${PREFIX}/sse`, messagePath: `${PREFIX}/messages` };
    const handlers = [
      http.nodeHandler(mcp, { path: `${PREFIX}/mcp`, sessions: true }),
      sse.nodeHandler(mcp, paths),
    ] as const;
    const upgrades = ws.upgradeHandler(mcp, { path: `${PREFIX}/ws` });
    const app = express();
    app.use(PREFIX, ...handlers);
    const server = createServer(app).on("upgrade", upgrades).listen(0, "127.0.0.1");
    onTestFinished(async () => {
      await Promise.all([...handlers, upgrades].map((handler) => handler.drain({ timeoutMs: 0 })));
      server.close();
      server.closeAllConnections();
    });
    await once(server, "listening");
    // Listening on a port, so the address is an object.
    const { port } = server.address() as AddressInfo;
    return `http://127.0.0.1:${String(port)}${PREFIX}`;
  },
  "behind an nginx that takes the prefix away": async () => {
    const { origin } = await serveEverywhere();
    return (await startNginx(`${origin}${PREFIX}`, NGINX)).replace(/\/$/, "");
  },
};

const THREE = { content: [{ type: "text", text: "3" }] };
const ONE_AND_TWO = { a: 1, b: 2 };

const TRANSPORTS = {
  streamableHttp: http.streamableHttpClient,
  sse: sse.sseClient,
  ws: ws.webSocketClient,
};

describe.each(Object.entries(SERVED))("a server %s", (_where, serve) => {
  it.each(["/mcp", "/sse", "/ws"])("is found by our client of a URL alone, at %s", async (path) => {
    const url = `${await serve()}${path}`;
    const given = path === "/ws" ? url.replace("http:", "ws:") : url;
    const client = await McpClient.connect(remoteTransport(given, TRANSPORTS));
    onTestFinished(() => client.close());
    expect(client.era).toBe(path === "/sse" ? "handshake" : "stateless");
    expect(await client.callTool("add", ONE_AND_TWO)).toMatchObject(THREE);
  });

  it("is found by our client over HTTP+SSE", async () => {
    const client = await McpClient.connect(sse.sseClient(`${await serve()}/sse`));
    onTestFinished(() => client.close());
    expect(await client.callTool("add", ONE_AND_TWO)).toMatchObject(THREE);
  });

  it.each([
    ["HTTP+SSE", V1Sse, "/sse"],
    ["Streamable HTTP", V1Http, "/mcp"],
  ] as const)("is found by the official v1 client over %s", async (_over, Transport, path) => {
    const client = new V1Client({ name: "v1", version: "1" });
    // The SDK’s types do not hold with `exactOptionalPropertyTypes`.
    const transport = new Transport(new URL(`${await serve()}${path}`)) as Parameters<
      typeof client.connect
    >[0];
    await client.connect(transport);
    onTestFinished(() => client.close());
    expect(await client.callTool({ name: "add", arguments: ONE_AND_TWO })).toMatchObject(THREE);
  });
});
