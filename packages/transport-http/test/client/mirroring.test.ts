import { describe, expect, it } from "vitest";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { like } from "@towpath/test-support/like.js";
import type { ScriptedCall } from "../support/scripted-call.js";
import { ScriptedServer, type Handler } from "../support/scripted-server.js";

const DONE = { resultType: "complete", content: [{ type: "text", text: "done" }] };
const tool = (name: string, header: string): object => ({
  name,
  inputSchema: {
    type: "object",
    properties: { region: { type: "string", "x-mcp-header": header }, size: { type: "integer" } },
  },
});
const list =
  (...tools: object[]): Handler =>
  (call) =>
    call.json({
      jsonrpc: "2.0",
      id: call.message.id,
      result: { resultType: "complete", tools, ttlMs: 0, cacheScope: "private" },
    });

describe.each(CONNECTORS)("over %s, requests of the stateless era", (_name, http) => {
  const start = async (handlers: Readonly<Record<string, Handler>> = {}) => {
    const server = await ScriptedServer.start("stateless", {
      "tools/list": list(tool("play", "Region")),
      "tools/call": (call) => call.result(DONE),
      ...handlers,
    });
    const noise: string[] = [];
    const client = await connected(server.url, { http, onNoise: (text) => noise.push(text) });
    return { server, client, noise };
  };

  it("say in headers what they are", async () => {
    const { server, client } = await start({
      "resources/read": (call) =>
        call.result({ resultType: "complete", contents: [], ttlMs: 0, cacheScope: "private" }),
    });
    await client.listTools();
    await client.callTool("play", { region: "eu" });
    await client.readResource("notes://today");
    expect(
      server.calls.map(({ headers }) => [
        headers["mcp-protocol-version"],
        headers["mcp-method"],
        headers["mcp-name"],
        headers["mcp-param-region"],
      ]),
    ).toEqual([
      ["2026-07-28", "server/discover", undefined, undefined],
      ["2026-07-28", "tools/list", undefined, undefined],
      ["2026-07-28", "tools/call", "play", "eu"],
      ["2026-07-28", "resources/read", "notes://today", undefined],
    ]);
  });

  it("encode what no header can have", async () => {
    const { server, client } = await start();
    await client.listTools();
    await client.callTool("play", { region: "Köln\n" });
    await client.callTool("Grüße");
    const encoded = (text: string): string => `=?base64?${Buffer.from(text).toString("base64")}?=`;
    const [first, second] = server.of("tools/call");
    expect(first?.headers["mcp-param-region"]).toBe(encoded("Köln\n"));
    expect(second?.headers["mcp-name"]).toBe(encoded("Grüße"));
  });

  it("leave out what is not given", async () => {
    const { server, client } = await start();
    await client.listTools();
    await client.callTool("play", { region: null });
    await client.callTool("play", { size: 1 });
    for (const { headers } of server.of("tools/call")) expect(headers).not.toHaveProperty("mcp-param-region");
  });

  it("are made once more with what the tools are now, where the server finds the headers to differ", async () => {
    const wrong: ScriptedCall[] = [];
    const refuse = (count: number): void => {
      for (const call of wrong.splice(0, count)) call.error(-32020, "Header mismatch", 400);
    };
    // Half of them hear of it only when the tools have been listed.
    const wanted: Handler = (call) => {
      if (call.headers["mcp-param-place"] === "eu") {
        call.result(DONE);
        refuse(4);
      } else if (wrong.push(call) === 8) refuse(4);
    };
    const { server, client } = await start({ "tools/call": wanted });
    await client.listTools();
    server.on("tools/list", list(tool("play", "Place")));
    const calls = Array.from({ length: 8 }, () => client.callTool("play", { region: "eu" }));
    expect(await Promise.all(calls)).toMatchObject(Array(8).fill({ content: DONE.content }));
    expect(server.of("tools/call")).toHaveLength(16);
    expect(server.of("tools/list")).toHaveLength(2);
  });

  it("fail where the headers still differ", async () => {
    const { server, client } = await start({
      "tools/call": (call) => call.error(-32020, "Header mismatch", 400),
    });
    expect(await rejection(client.callTool("play", { region: "eu" }))).toMatchObject({
      name: "ProtocolError",
      code: -32020,
    });
    expect(server.keys).toEqual(["server/discover", "tools/call", "tools/list", "tools/call"]);
  });

  it("know nothing of tools whose headers cannot be", async () => {
    const { server, client, noise } = await start();
    server.on("tools/list", list(tool("bad", "not a header"), tool("play", "Region")));
    expect(await client.listTools()).toMatchObject([{ name: "play" }]);
    expect(noise).toEqual([like("the tool bad, which is left out of the list")]);
  });
});

describe.each(CONNECTORS)("over %s, requests of the handshake era", (_name, http) => {
  it("have no such headers, and all tools", async () => {
    const server = await ScriptedServer.start("handshake", {
      "tools/list": list(tool("bad", "not a header"), tool("play", "Region")),
      "tools/call": (call) => call.result(DONE),
    });
    const client = await connected(server.url, { http });
    expect(await client.listTools()).toHaveLength(2);
    await client.callTool("play", { region: "eu" });
    const [call] = server.of("tools/call");
    for (const name of ["mcp-method", "mcp-name", "mcp-param-region"])
      expect(call?.headers).not.toHaveProperty(name);
  });
});
