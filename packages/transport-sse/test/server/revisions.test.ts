import { describe, expect, it } from "vitest";
import { stage } from "../support/stage.js";
import { initialize, Visitor } from "../support/visitor.js";

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

describe("over HTTP+SSE", () => {
  it.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])("%s is spoken", async (revision) => {
    const { url } = await stage();
    const visitor = await Visitor.open(url);
    expect(await visitor.request("initialize", initialize(revision))).toMatchObject({
      result: { protocolVersion: revision },
    });
  });

  it("2026-07-28 is not, and a client of both eras is told so as by a server that does not know it", async () => {
    const { url } = await stage();
    const visitor = await Visitor.open(url);
    expect(await visitor.request("server/discover", { _meta: META })).toMatchObject({
      error: { code: -32600 },
    });
    expect(await visitor.request("initialize", initialize("2026-07-28"))).toMatchObject({
      result: { protocolVersion: "2025-11-25" },
    });
    expect(await visitor.request("subscriptions/listen", { _meta: META })).toMatchObject({
      error: { code: -32601 },
    });
  });

  it("only what the server speaks is", async () => {
    const { url } = await stage({}, { revisions: ["2024-11-05", "2025-03-26", "2026-07-28"] });
    const visitor = await Visitor.open(url);
    expect(await visitor.request("initialize", initialize("2025-11-25"))).toMatchObject({
      result: { protocolVersion: "2025-03-26" },
    });
  });

  it("batches are served in 2025-03-26, with one event", async () => {
    const { url } = await stage({ limits: { maxBatch: 3 } });
    const visitor = await Visitor.begin(url, {}, initialize("2025-03-26"));
    const ping = (id: number): object => ({ jsonrpc: "2.0", id, method: "ping" });
    const told = { jsonrpc: "2.0", method: "notifications/initialized" };
    expect((await visitor.post([ping(1), told, ping(2)])).status).toBe(202);
    expect(JSON.parse((await visitor.event())?.data ?? "")).toMatchObject([{ id: 1 }, { id: 2 }]);
    expect((await visitor.post([told])).status).toBe(202);
    expect((await visitor.post([ping(1), ping(2), ping(3), ping(4)])).status).toBe(400);
    expect((await visitor.post([])).status).toBe(400);
  });
});
