import { Meta, type JsonObject } from "@towpath/mcp-core";
import { expect } from "vitest";
import type { HttpExtras } from "../../harness/http/http-client.js";
import { encoded } from "../../harness/http/headers.js";
import type { HttpReply } from "../../harness/http/reply.js";
import { itemsOn } from "../listed.js";
import { emptied } from "./messages.js";
import type { HttpBehaviours } from "./index.js";

const VERSION = "mcp-protocol-version";
const LATEST = "2026-07-28";

export const versions = {
  "headers.version-assumed": async (trial) => {
    const { client, sessions } = trial;
    const headers = { [VERSION]: undefined };
    const [add] = itemsOn(
      await (await client.request("tools/list", {}, { headers })).result(),
      "tools",
    ).filter(({ name }) => name === "add");
    expect(add).toBeDefined();
    // What has a title is of 2025-06-18 or later.
    expect(add !== undefined && "title" in add).toBe(sessions);
  },
  "headers.version-refused": async (trial) => {
    const client = trial.clientOf(await trial.server({}, { revisions: [trial.revision] }));
    await client.introduce();
    for (const version of ["1900-01-01", "nonsense", "2025-06-18, 2025-11-25", "2024-11-05"]) {
      const headers = { [VERSION]: version };
      const refused = [
        await client.request("tools/list", {}, { headers }),
        await client.notify("notifications/unknown", {}, headers),
        ...(trial.sessions ? [await client.get(headers), await client.delete(headers)] : []),
      ];
      for (const reply of refused) expect(await emptied(reply)).toHaveProperty("status", 400);
    }
    await (await client.request("tools/list")).result();
  },
  "headers.version-matches": async ({ client }) => {
    for (const [header, inBody] of [
      [undefined, LATEST],
      ["2025-11-25", LATEST],
      ["1900-01-01", LATEST],
      [LATEST, "1900-01-01"],
      ["1900-01-01", "1900-01-02"],
    ]) {
      const meta = { [Meta.protocolVersion]: inBody };
      await expectMismatch(await client.request("tools/list", {}, { meta, headers: { [VERSION]: header } }));
    }
  },
  "headers.version-unsupported": async ({ client }) => {
    for (const version of ["1900-01-01", "2025-11-25", "2999-01-01"]) {
      const meta = { [Meta.protocolVersion]: version };
      const refused = await client.request("tools/list", {}, { meta, headers: { [VERSION]: version } });
      expect(refused.status).toBe(400);
      expect(await refused.message()).toMatchObject({
        error: { code: -32022, data: { supported: [LATEST], requested: version } },
      });
    }
  },
  "headers.version-required": async (trial) => {
    const client = trial.clientOf(await trial.server({}, { revisions: [LATEST] }));
    const headers = { [VERSION]: undefined };
    await expectMismatch(await client.request("tools/list", {}, { headers }));
    const body = { jsonrpc: "2.0", id: "legacy", method: "tools/list" };
    await expectMismatch(await client.server.send({ body }));
    expect(await emptied(await client.greet())).toHaveProperty("status", 400);
  },
} satisfies HttpBehaviours;

/** What Mcp-Name repeats, and by which method. */
const NAMED: readonly (readonly [method: string, params: JsonObject, name: string])[] = [
  ["tools/call", { name: "echo", arguments: { text: "named" } }, "echo"],
  ["prompts/get", { name: "greet", arguments: { name: "Ada" } }, "greet"],
  ["resources/read", { uri: "note://1" }, "note://1"],
];

export const headers = {
  "headers.method": async ({ client }) => {
    for (const method of [undefined, "tools/call", "TOOLS/LIST", "tools/list/"]) {
      await expectMismatch(await client.request("tools/list", {}, { headers: { "mcp-method": method } }));
    }
    expect(await (await client.request("tools/list")).result()).toHaveProperty("tools");
  },
  "headers.name": async ({ client }) => {
    for (const [method, params, name] of NAMED) {
      for (const header of [undefined, "another", name.toUpperCase(), `${name}/`]) {
        await expectMismatch(await client.request(method, params, { headers: { "mcp-name": header } }));
      }
      await (await client.request(method, params)).result();
    }
  },
  "headers.name-encoded": async ({ client }) => {
    for (const [method, params, name] of NAMED) {
      await (await client.request(method, params, named(encoded(name)))).result();
      for (const header of [
        encoded("another"),
        encoded(name).replace("base64", "BASE64"),
        encoded(name).slice(0, -2),
        Buffer.from(name).toString("base64"),
        "=?base64?ZWNo!!!bw==?=",
      ]) {
        await expectMismatch(await client.request(method, params, named(header)));
      }
    }
    const uri = `note://${encodeURIComponent("čaj & tea")}`;
    expect(await (await client.request("resources/read", { uri })).result()).toHaveProperty("contents");
    const spaced = await client.call("echo", { text: "spaced" }, named("  echo "));
    expect(await spaced.result()).toMatchObject({ content: [{ text: "spaced" }] });
  },
  "headers.case": async ({ client }) => {
    for (const [version, method, name] of [
      ["MCP-PROTOCOL-VERSION", "MCP-METHOD", "MCP-NAME"],
      ["mcp-protocol-version", "mcp-method", "mcp-name"],
      ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"],
    ] as const) {
      const cased = { [version]: LATEST, [method]: "tools/call", [name]: "echo" };
      const bare = { "mcp-protocol-version": undefined, "mcp-method": undefined, "mcp-name": undefined };
      const served = await client.call("echo", { text: "any case" }, { headers: { ...bare, ...cased } });
      expect(await served.result()).toMatchObject({ content: [{ text: "any case" }] });
    }
    await expectMismatch(await client.call("echo", {}, { headers: { "mcp-method": "Tools/Call" } }));
    await expectMismatch(await client.call("echo", {}, named("Echo")));
  },
  "headers.error": async ({ client }) => {
    for (const name of ["mcp-protocol-version", "mcp-method", "mcp-name"]) {
      const refused = await client.call("echo", {}, { id: "mismatched", headers: { [name]: "another" } });
      const { id, error } = await refused.message();
      expect([id, error?.code]).toEqual(["mismatched", -32020]);
      expect(error?.message.toLowerCase()).toContain(name);
    }
  },
  "headers.handshake-free": async ({ client }) => {
    for (const [method, params] of NAMED) await (await client.request(method, params)).result();
  },
} satisfies HttpBehaviours;

function named(header: string): HttpExtras {
  return { headers: { "mcp-name": header } };
}

export async function expectMismatch(reply: HttpReply): Promise<void> {
  const { error } = await reply.message();
  expect([reply.status, error?.code]).toEqual([400, -32020]);
}
