import { McpServer, Meta } from "@towpath/mcp-core";
import { afterEach, describe, expect, it } from "vitest";
import { RawClient } from "./harness/client.js";
import type { RawPeer } from "./harness/harness.js";
import { connectTo } from "./harness/memory.js";
import { withClient } from "./harness/scripted-server.js";
import { req } from "./requirements/index.js";

const ID = "com.example/half-done";
const DECLARED = { extensions: { [ID]: {} } };

const opened: RawPeer[] = [];
afterEach(() => Promise.all(opened.splice(0).map((peer) => peer.end())));

describe("an extension that one side lacks", () => {
  it(req("versioning.extensions"), async () => {
    const handle = () => ({ resultType: "half_done" });
    const methods = { "half/do": { eras: ["stateless"], handle } } as const;
    const server = new McpServer("half", { extensions: [{ id: ID, methods, resultTypes: ["half_done"] }] });
    const peer = connectTo(server);
    opened.push(peer);
    const client = new RawClient(peer, "2026-07-28");
    expect(await client.request("server/discover")).toMatchObject({ result: { capabilities: DECLARED } });
    const meta = { [Meta.clientCapabilities]: DECLARED };
    expect(await client.request("half/do", {}, { meta })).toHaveProperty("result.resultType", "half_done");
    expect(await client.request("half/do")).toMatchObject({
      error: { code: -32021, data: { requiredCapabilities: DECLARED } },
    });
  });

  it("is not used by a client towards a server that did not declare it", async () => {
    const { client, server } = await withClient(
      "2026-07-28",
      {},
      { extensions: [{ id: ID, methods: ["half/do"] }] },
    );
    await expect(client.request("half/do", {})).rejects.toThrow(ID);
    expect(server.receivedMethods).not.toContain("half/do");
  });
});
