import { describe, expect, it } from "vitest";
import { counterState } from "../../../test/support/counter-state.js";
import { handshaken, openLink, type TestLink } from "../../../test/support/link.js";
import { rememberedEra, scriptedEndpoint } from "../../../test/support/scripted-endpoint.js";
import { McpClient } from "../../client/client.js";
import { nextTurn } from "../../protocol/turn.js";
import { memoryState } from "../../state/memory/memory-state.js";
import { connectPair, ERAS } from "../../testing/connect-pair.js";
import { ManualClock } from "../../testing/manual-clock.js";
import type { McpServerOptions } from "../options.js";
import { McpServer } from "../server.js";

function counting(rateLimit: McpServerOptions["rateLimit"], options: McpServerOptions = {}) {
  const clock = new ManualClock();
  const mcp = new McpServer("counting", { ...(rateLimit && { rateLimit }), clock, ...options });
  const called: string[] = [];
  mcp.tool("count", {}, () => {
    called.push("count");
    return "counted";
  });
  return { mcp, clock, called };
}

const call = (link: TestLink) => link.stateless("tools/call", { name: "count", arguments: {} });
const LIMITED = { error: { code: -31004, data: { retryAfterMs: 60_000 } } };

describe("a server with a rate limit", () => {
  it("refuses what is too much before any handler runs", async () => {
    const { mcp, called } = counting({ requests: 2 });
    const link = openLink(mcp, { principal: { id: "ann" } });
    expect([await call(link), await call(link)]).toMatchObject([{ result: {} }, { result: {} }]);
    expect(await call(link)).toMatchObject(LIMITED);
    expect(called).toHaveLength(2);
    expect(await call(openLink(mcp, { principal: { id: "bob" } }))).toMatchObject({ result: {} });
  });

  it("counts every request but pings, whatever becomes of it, and no notifications", async () => {
    const { mcp } = counting({ requests: 3 });
    const link = await handshaken(mcp); // 1, and a notification
    for (let i = 0; i < 5; i++) expect(await link.request("ping")).toMatchObject({ result: {} });
    expect(await link.request("no/such")).toMatchObject({ error: { code: -32601 } });
    expect(await link.request("tools/call", [])).toMatchObject({ error: { code: -32602 } });
    expect(await link.request("tools/list")).toMatchObject(LIMITED);
    expect(await link.request("ping")).toMatchObject({ result: {} });
  });

  it("answers with an internal error where nobody can say whose request it is", async () => {
    const reported: unknown[] = [];
    const { mcp } = counting(
      {
        requests: 1,
        by: () => {
          throw new Error("no idea");
        },
      },
      { onError: (error) => reported.push(error) },
    );
    expect(await call(openLink(mcp))).toMatchObject({ error: { code: -32603 } });
    expect(reported).toEqual([new Error("no idea")]);
  });

  it("has nodes that count together, and apart from other servers on the same state", async () => {
    const state = memoryState();
    const clock = new ManualClock();
    const [a, b] = [1, 2].map(() => counting({ requests: 2 }, { state, clock }).mcp);
    const other = new McpServer("other", { rateLimit: { requests: 2 }, state, clock });
    if (a === undefined || b === undefined) throw new Error("there are two");
    expect(await call(openLink(a))).toMatchObject({ result: {} });
    expect(await call(openLink(b))).toMatchObject({ result: {} });
    expect(await call(openLink(a))).toMatchObject(LIMITED);
    expect(await openLink(other).stateless("server/discover")).toMatchObject({ result: {} });
  });

  it("does not begin what was cancelled while its quota was asked for", async () => {
    const state = counterState(memoryState());
    state.mood = "hangs";
    const { mcp, clock, called } = counting({ requests: 2 }, { state, onError: () => undefined });
    const opened = openLink(mcp);
    const gone = new AbortController();
    const reply = opened.stateless("tools/call", { name: "count" }, { signal: gone.signal });
    gone.abort();
    expect(await reply).toBeUndefined();
    while (state.adds.length === 0) await nextTurn();
    clock.advance(250);
    await opened.link.close({ kind: "closed" }); // settles when nothing works on it any more
    expect(called).toEqual([]);
  });
});

describe("a client that is limited", () => {
  it.each(ERAS)("is told when to come again, in the %s era", async (era) => {
    const { mcp } = counting({ requests: 5 });
    const { client, close } = await connectPair(mcp, { era });
    const calls = Array.from({ length: 6 }, () => client.callTool("count"));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.at(-1)).toMatchObject({
      status: "rejected",
      reason: { name: "RateLimitedError", code: -31004, retryAfterMs: 60_000 },
    });
    await close();
  });

  it.each([undefined, ...ERAS])("keeps what it knows of the server's era: %s", async (era) => {
    const eras = rememberedEra(era);
    const server = scriptedEndpoint(({ id }, to) => to.error(id, -31004, { retryAfterMs: 5 }), { eras });
    const connecting = McpClient.connect(server.transport);
    await expect(connecting).rejects.toMatchObject({ name: "RateLimitedError", retryAfterMs: 5 });
    expect(eras.told).toEqual([]);
    expect(server.methods().flat()).toHaveLength(1);
  });

  it("takes the code for any other where nothing says when to come again", async () => {
    const server = scriptedEndpoint(({ id }, to) => to.error(id, -31004), { eras: rememberedEra() });
    await expect(McpClient.connect(server.transport)).rejects.toMatchObject({ name: "ProtocolError" });
    expect(server.methods()).toEqual([["server/discover", "initialize"]]);
  });
});
