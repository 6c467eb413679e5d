import { describe, expect, it } from "vitest";
import { RawClient, textOf } from "./harness/client.js";
import type { Harness } from "./harness/harness.js";
import { memoryHarness } from "./harness/memory.js";
import { stdioHarness, StdioPeer } from "./harness/stdio.js";

const HARNESSES: readonly Harness[] = [memoryHarness, stdioHarness];

describe.concurrent.each(HARNESSES)("over $transport, a server copes with a client that", (harness) => {
  it("has the same id twice in flight: both calls are served, each once", async () => {
    const client = new RawClient(await harness.open("2026-07-28"), "2026-07-28");
    client.sendCall("wait", { key: "first" }, { id: "same" });
    client.sendCall("wait", { key: "second" }, { id: "same" });
    await client.call("release", { key: "second" });
    expect(textOf(await client.response("same"))).toBe("released second");
    await client.call("release", { key: "first" });
    expect(textOf(await client.response("same"))).toBe("released first");
    expect(await client.peer.end()).toEqual([]);
  });

  it("cancels an id that is twice in flight: both calls end", async () => {
    const client = new RawClient(await harness.open("2026-07-28"), "2026-07-28");
    for (const key of ["first", "second"]) client.sendCall("wait", { key }, { id: "same" });
    client.cancel("same");
    for (const key of ["first", "second"]) await client.call("await_abort", { key });
    expect(await client.peer.end()).toEqual([]);
  });

  it("initializes twice: the second time is refused, and the first stays good", async () => {
    const client = new RawClient(await harness.open("2025-11-25"), "2025-11-25");
    await client.introduce();
    expect(await client.introduce()).toMatchObject({ error: { code: -32600 } });
    expect(await client.text("echo", { text: "still here" })).toBe("still here");
    await client.peer.end();
  });

  it("answers requests that nobody made", async () => {
    const client = new RawClient(await harness.open("2025-11-25"), "2025-11-25");
    await client.introduce();
    client.peer.send({ jsonrpc: "2.0", id: "nobody asked", result: {} });
    client.peer.send({ jsonrpc: "2.0", id: 1, error: { code: -1, message: "nobody asked" } });
    client.peer.send({ jsonrpc: "2.0", id: null, error: { code: -1, message: "nobody asked" } });
    expect(await client.settled()).toEqual([]);
    await client.peer.end();
  });

  it("refuses the server's ping: the call that made it fails, and not the server", async () => {
    const client = new RawClient(await harness.open("2025-11-25"), "2025-11-25");
    await client.introduce();
    const calling = client.sendCall("ping_client");
    const ping = await client.peer.next(({ method }) => method === "ping");
    client.peer.send({ jsonrpc: "2.0", id: ping.id ?? null, error: { code: -32601, message: "no ping" } });
    const refused = [{ type: "text", text: expect.stringContaining("no ping") as string }];
    expect(await client.response(calling)).toMatchObject({ result: { isError: true, content: refused } });
    expect(await client.settled()).toEqual([]);
    await client.peer.end();
  });

  it("sends messages that are nested too deep to be of use, or name what objects inherit", async () => {
    const client = new RawClient(await harness.open("2026-07-28"), "2026-07-28");
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    client.peer.send({ raw: `{"jsonrpc":"2.0","method":"notifications/deep","params":{"deep":${deep}}}` });
    client.peer.send({
      raw: '{"jsonrpc":"2.0","method":"__proto__","params":{"__proto__":{"polluted":true}}}',
    });
    expect(await client.settled()).toEqual([]);
    expect(await client.request("constructor", {})).toMatchObject({ error: { code: -32601 } });
    await client.peer.end();
  });
});

describe.concurrent("on stdio, a server copes with a client that", () => {
  it("ends lines with CRLF, leaves lines empty, and writes noise between messages", async () => {
    const peer = new StdioPeer();
    const client = new RawClient(peer, "2026-07-28");
    peer.write("\n\r\n   \r\n");
    peer.write(`${JSON.stringify(client.message("tools/list", {}, { id: "crlf" }))}\r\n`);
    expect(await client.response("crlf")).toHaveProperty("result");
    peer.write(Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
    peer.write("GET / HTTP/1.1\n");
    expect(await client.text("echo", { text: "still here" })).toBe("still here");
    const errors = (await peer.end()).map(({ error }) => error?.code);
    expect(new Set(errors)).toEqual(new Set([-32700]));
  });

  it("leaves in the middle of a message", async () => {
    const peer = new StdioPeer();
    const client = new RawClient(peer, "2026-07-28");
    await client.settled();
    peer.write('{"jsonrpc":"2.0","id":"torn","method":"tools/li');
    expect(await peer.end()).toMatchObject([{ id: "torn", error: { code: -32700 } }]);
  });

  it("leaves while calls are under way that never end", async () => {
    const peer = new StdioPeer({ gracePeriodMs: 50 });
    const client = new RawClient(peer, "2026-07-28");
    for (const key of ["one", "two", "three"]) client.sendCall("wait", { key });
    expect(await peer.exit()).toEqual({ code: 0, signal: null });
  });
});
