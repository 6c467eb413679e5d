import { McpClient, Meta, NoCommonRevisionError, ProtocolError, type JsonObject } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import {
  metaOf,
  REQUIRED_META,
  ScriptedServer,
  scriptedServer,
  withClient,
} from "./harness/scripted-server.js";
import { req } from "./requirements/index.js";

const INFO = { name: "a-client", version: "2.0.0" };
const MODERN = { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };

describe("a client of the handshake era", () => {
  it(req("lifecycle.client-asks-latest"), async () => {
    const { server } = await withClient("2025-11-25", {}, { era: "handshake" });
    expect((await server.next("initialize")).params).toHaveProperty("protocolVersion", "2025-11-25");
    const older = await withClient("2025-03-26", {}, { revisions: ["2024-11-05", "2025-03-26"] });
    expect((await older.server.next("initialize")).params).toHaveProperty("protocolVersion", "2025-03-26");
  });

  it(req("lifecycle.client-introduction"), async () => {
    const capabilities = { roots: { listChanged: true } };
    const { server } = await withClient("2025-11-25", {}, { info: INFO, roots: [] });
    expect((await server.next("initialize")).params).toMatchObject({ clientInfo: INFO, capabilities });
  });

  it(req("lifecycle.client-initialized"), async () => {
    const { server } = await withClient("2025-06-18", {}, { era: "handshake" });
    expect(server.receivedMethods).toEqual(["initialize", "notifications/initialized"]);
  });

  it(req("lifecycle.client-disconnects"), async () => {
    const server = scriptedServer("2025-11-25");
    const connecting = McpClient.connect(server, { revisions: ["2025-03-26", "2025-06-18"] });
    await expect(connecting).rejects.toBeInstanceOf(NoCommonRevisionError);
    expect(server.isClosed).toBe(true);
    expect(server.receivedMethods).not.toContain("notifications/initialized");
  });

  it(req("lifecycle.client-respects-capabilities"), async () => {
    const { client, server } = await withClient("2025-11-25");
    await expect(client.request("resources/list", {})).rejects.toThrow(/"resources".*resources\/list/);
    expect(server.receivedMethods).not.toContain("resources/list");
  });

  it(req("lifecycle.client-answers-ping"), async () => {
    const { server } = await withClient("2025-11-25");
    server.say({ jsonrpc: "2.0", id: "are you there", method: "ping" });
    expect(await server.nextAnswer()).toEqual({ jsonrpc: "2.0", id: "are you there", result: {} });
  });
});

describe("a client that finds out the era", () => {
  it(req("versioning.client-probes"), async () => {
    const { client, server } = await withClient("2026-07-28");
    const [first] = server.received;
    expect(first).toMatchObject({ method: "server/discover" });
    expect(metaOf(first ?? {})).toHaveProperty([Meta.protocolVersion], "2026-07-28");
    expect(client).toMatchObject({ era: "stateless", revision: "2026-07-28" });
    expect(server.receivedMethods).toEqual(["server/discover"]);
  });

  it.each([-32601, -32602, -32600, -32603, -32000, -32002, 0, 1])(
    `${req("versioning.client-falls-back")} (%i)`,
    async (code) => {
      const answer = { error: { code, message: "what?" } };
      const { client } = await withClient("2025-06-18", { "server/discover": () => answer });
      expect(client.revision).toBe("2025-06-18");
    },
  );

  it(`${req("versioning.client-falls-back")} (a result that is none)`, async () => {
    const { client } = await withClient("2025-06-18", {
      "server/discover": () => ({ result: { ok: true } }),
    });
    expect(client.revision).toBe("2025-06-18");
  });

  it(req("versioning.client-retries"), async () => {
    let asked = 0;
    const refused = { code: -32022, message: "unsupported", data: { supported: ["2026-07-28"] } };
    const discover = () => (++asked === 1 ? { error: refused } : { result: MODERN });
    const { client, server } = await withClient("2026-07-28", { "server/discover": discover });
    expect(client.revision).toBe("2026-07-28");
    expect(server.receivedMethods).toEqual(["server/discover", "server/discover"]);
  });

  it("gives up when the version is refused again, and does not fall back", async () => {
    const error = { code: -32022, message: "unsupported", data: { supported: ["2026-07-28"] } };
    const server = new ScriptedServer({ "server/discover": () => ({ error }) });
    await expect(McpClient.connect(server)).rejects.toThrow("2026-07-28");
    expect(server.receivedMethods).toEqual(["server/discover", "server/discover"]);
  });

  it(req("versioning.client-surfaces-mismatch"), async () => {
    const error = { code: -32022, message: "unsupported", data: { supported: ["2027-01-01"] } };
    const result = { ...MODERN, supportedVersions: ["2027-01-01"] };
    for (const answer of [{ error }, { result }]) {
      const server = new ScriptedServer({ "server/discover": () => answer });
      await expect(McpClient.connect(server)).rejects.toThrow(/2027-01-01.*2026-07-28/);
      expect(server.isClosed).toBe(true);
      expect(server.receivedMethods).not.toContain("initialize");
    }
  });

  it("does not take another error of the stateless era for a handshake server", async () => {
    const error = {
      code: -32021,
      message: "needs sampling",
      data: { requiredCapabilities: { sampling: {} } },
    };
    const server = new ScriptedServer({ "server/discover": () => ({ error }) });
    await expect(McpClient.connect(server)).rejects.toBeInstanceOf(ProtocolError);
    expect(server.receivedMethods).not.toContain("initialize");
  });
});

describe("a client of the stateless era", () => {
  it(req("metadata.client-sends"), async () => {
    const tools = (): { result: JsonObject } => ({ result: { tools: [], resultType: "complete" } });
    const called = () => ({ result: { content: [], resultType: "complete" } });
    const roots = [{ uri: "file:///project" }];
    const { client, server } = await withClient(
      "2026-07-28",
      { "tools/list": tools, "tools/call": called },
      { info: INFO, roots, tasks: false },
    );
    await client.listTools();
    await client.callTool(
      "any",
      {},
      { meta: { [Meta.protocolVersion]: "overwritten" }, onProgress: () => undefined },
    );
    await client.ping();
    expect(server.receivedMethods).toEqual([
      "server/discover",
      "tools/list",
      "tools/call",
      "server/discover",
    ]);
    for (const message of server.received) {
      const [version, info, declared] = REQUIRED_META.map((key) => metaOf(message)[key]);
      expect({ version, info, declared }).toEqual({
        version: "2026-07-28",
        info: INFO,
        declared: { roots: {} },
      });
    }
  });

  it(req("metadata.client-absent-result-type"), async () => {
    const { client } = await withClient("2026-07-28", { "tools/call": () => ({ result: { content: [] } }) });
    expect(await client.callTool("any")).toEqual({ content: [] });
  });

  it(req("metadata.client-unknown-result-type"), async () => {
    const result = { content: [], resultType: "half_done" };
    const { client } = await withClient("2026-07-28", { "tools/call": () => ({ result }) });
    await expect(client.callTool("any")).rejects.toThrow("half_done");
  });

  it(req("stdio.no-client-responses"), async () => {
    const noise: string[] = [];
    const script = { "tools/list": () => ({ result: { tools: [] } }) };
    const { client, server } = await withClient("2026-07-28", script, {
      onNoise: (what) => noise.push(what),
    });
    server.say({ jsonrpc: "2.0", id: 1, method: "ping" });
    await client.listTools();
    expect(server.received.filter(({ method }) => method === undefined)).toEqual([]);
    expect(noise).toEqual([expect.stringContaining("ping")]);
  });
});
