import { Meta } from "@towpath/mcp-core";
import { expect } from "vitest";
import { INFO, RawClient, statelessMeta } from "../harness/client.js";
import type { Behaviours } from "./behaviours.js";

export const versioning = {
  "versioning.unsupported-version": async ({ client }) => {
    for (const version of ["1900-01-01", "2025-11-25", "2999-01-01"]) {
      const answer = await client.request("tools/list", {}, { meta: { [Meta.protocolVersion]: version } });
      expect(answer).toMatchObject({
        error: { code: -32022, data: { supported: ["2026-07-28"], requested: version } },
      });
    }
  },
  "versioning.no-discovery-needed": async (trial) => {
    const client = await trial.stranger();
    expect(await client.text("echo", { text: "first" })).toBe("first");
  },
  "versioning.error-names-versions": async (trial) => {
    const client = await trial.stranger({ revisions: ["2026-07-28"] });
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: INFO };
    client.peer.send({ jsonrpc: "2.0", id: "greeting", method: "initialize", params });
    const { error } = await client.response("greeting");
    expect(error?.message).toContain("2026-07-28");
  },
  "versioning.both-eras": async ({ client }) => {
    const modern = new RawClient(client.peer, "2026-07-28");
    const [slow, quick] = [
      client.sendCall("wait", { key: "eras" }, { id: "handshake" }),
      modern.sendCall("release", { key: "eras" }, { id: "stateless" }),
    ];
    expect(await modern.response(quick)).toMatchObject({ result: { resultType: "complete" } });
    const legacy = await client.response(slow);
    expect(legacy).toMatchObject({ result: { content: [{ text: "released eras" }] } });
    expect(legacy.result).not.toHaveProperty("resultType");
  },
  "versioning.discover": async ({ client }) => {
    expect(await client.request("server/discover")).toMatchObject({
      result: {
        supportedVersions: ["2026-07-28"],
        capabilities: { tools: {} },
        instructions: "Call echo.",
        _meta: { [Meta.serverInfo]: { name: "reference", version: "1.2.3" } },
      },
    });
  },
} satisfies Behaviours;

export const metadata = {
  "metadata.version-required": async (trial) => {
    const client = await trial.stranger({ revisions: ["2026-07-28"] });
    const answer = await client.request("tools/list", {}, { meta: { [Meta.protocolVersion]: undefined } });
    expect(answer).toMatchObject({
      error: { code: -32602, message: expect.stringContaining(Meta.protocolVersion) as string },
    });
  },
  "metadata.capabilities-required": async ({ client }) => {
    const answer = await client.request("tools/list", {}, { meta: { [Meta.clientCapabilities]: undefined } });
    expect(answer).toMatchObject({
      error: { code: -32602, message: expect.stringContaining(Meta.clientCapabilities) as string },
    });
  },
  "metadata.client-info-optional": async ({ client }) => {
    const answer = await client.request("tools/list", {}, { meta: { [Meta.clientInfo]: undefined } });
    expect(answer).toHaveProperty("result");
  },
  "metadata.no-connection-state": async ({ client }) => {
    const rich = { ...statelessMeta("2026-07-28"), [Meta.clientCapabilities]: { sampling: {} } };
    expect(await client.text("need_sampling", {}, { meta: rich })).toBe("it is there");
    expect(await client.call("need_sampling")).toHaveProperty("error");
    expect(JSON.parse(await client.text("whoami"))).toMatchObject({
      client: { info: INFO, capabilities: {} },
    });
    const nobody = await client.text("whoami", {}, { meta: { [Meta.clientInfo]: undefined } });
    expect(JSON.parse(nobody)).toEqual({
      client: { era: "stateless", revision: "2026-07-28", capabilities: {} },
      trace: {},
    });
  },
  "metadata.missing-capability": async ({ client }) => {
    expect(await client.call("need_sampling")).toMatchObject({
      error: { code: -32021, data: { requiredCapabilities: { sampling: {} } } },
    });
  },
  "metadata.server-info": async ({ client }) => {
    const answers = [
      await client.request("server/discover"),
      await client.request("tools/list"),
      await client.call("fail", { text: "so" }),
    ];
    for (const { result } of answers) {
      expect(result).toMatchObject({ _meta: { [Meta.serverInfo]: { name: "reference", version: "1.2.3" } } });
    }
  },
  "metadata.result-type": async ({ client }) => {
    const answers = [
      await client.request("server/discover"),
      await client.request("tools/list"),
      await client.call("fail", { text: "so" }),
    ];
    for (const { result } of answers) expect(result).toHaveProperty("resultType", "complete");
  },
  "metadata.unknown-keys": async ({ client }) => {
    const meta = {
      "io.modelcontextprotocol/unknown": 5,
      "dev.mcp/also-unknown": { of: [null, "any type"] },
      "com.example/own": null,
      bare: false,
    };
    expect(await client.text("echo", { text: "the same" }, { meta })).toBe("the same");
    expect(await client.request("tools/list", {}, { meta })).toHaveProperty("result.tools");
  },
  "metadata.trace-context": async ({ client }) => {
    const trace = {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
      tracestate: "vendor=opaque",
      baggage: "user=1",
    };
    expect(JSON.parse(await client.text("whoami", {}, { meta: trace }))).toMatchObject({ trace });
  },
} satisfies Behaviours;
