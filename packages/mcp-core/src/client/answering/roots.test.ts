import { describe, expect, it } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import { settled } from "../../../test/support/link.js";
import { legacy, modern } from "../../../test/support/scripted-server.js";
import type { Root } from "../../protocol/question-types.js";
import { McpServer } from "../../server/server.js";
import { McpClient } from "../client.js";

describe("the roots a client is given", () => {
  it.each([
    ["another scheme", [{ uri: "https://a.example" }]],
    ["no scheme", [{ uri: "/project" }]],
    ["no URI", [{}]],
    ["a way upwards", [{ uri: "file:///project/../secret" }]],
    ["an encoded way upwards", [{ uri: "file:///project/%2E%2e" }]],
    ["a name that is none", [{ uri: "file:///a", name: 1 }]],
    ["no object", ["file:///a"]],
    ["no list", "file:///a"],
  ])("may not have %s", async (_, roots) => {
    const given = roots as readonly Root[]; // what JavaScript may give
    await expect(McpClient.connect(new McpServer("s"), { roots: given })).rejects.toThrow(TypeError);
  });

  it("may have dots in their names", async () => {
    const client = await McpClient.connect(new McpServer("s"), { roots: [{ uri: "file:///a..b/..c" }] });
    await client.close();
  });
});

describe("telling that the roots changed", () => {
  it("is a notification in the handshake era", async () => {
    const { client, later } = await connectedClient(legacy(), { roots: [] });
    client.rootsChanged();
    await settled();
    expect(later()).toEqual([{ jsonrpc: "2.0", method: "notifications/roots/list_changed" }]);
    await client.close();
  });

  it("is nothing in the stateless era, nor where it was not declared", async () => {
    for (const [script, options] of [
      [modern(), { roots: [] }],
      [legacy(), {}],
      [legacy(), { roots: [], capabilities: { roots: { listChanged: false } } }],
    ] as const) {
      const { client, later } = await connectedClient(script, options);
      client.rootsChanged();
      await settled();
      expect(later()).toEqual([]);
      await client.close();
    }
  });

  it("is nothing while there is no connection", async () => {
    const { client, end } = await connectedClient(legacy(), { roots: [] });
    end.lose("gone");
    await settled();
    client.rootsChanged();
    await client.close();
  });
});
