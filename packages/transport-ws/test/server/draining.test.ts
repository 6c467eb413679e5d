import { deferred } from "@towpath/test-support/deferred.js";
import { RawConnection, rawRequest } from "@towpath/test-support/raw-connection.js";
import { describe, expect, it } from "vitest";
import { opening, RawWebSocket } from "../support/raw-web-socket.js";
import { stage } from "../support/stage.js";
import { connected, started } from "../support/start.js";

describe("a server that drains", () => {
  it("says goodbye to its clients, and is over when they have gone", async () => {
    const { port, links, drain } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    const drained = drain();
    expect(await socket.closing()).toEqual([1001, "the server is about to end"]);
    socket.close(1001).connection.end();
    await drained;
    expect(links.count).toBe(0);
  });

  it("waits for what is in flight, and refuses what comes then", async () => {
    const { mcp, playing } = stage();
    const { port, drain } = await started(mcp);
    const socket = await RawWebSocket.open(port);
    const playingNow = playing();
    socket.request(1, "tools/call", { name: "play" });
    const { end } = await playingNow;
    const drained = drain();
    expect(await socket.request(2, "tools/list").reply()).toMatchObject({ id: 2, error: { code: -31002 } });
    const { status, headers } = await rawRequest(port, opening());
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
    end("played");
    expect(await socket.reply()).toMatchObject({ id: 1, result: { content: [{ text: "played" }] } });
    expect(await socket.closing()).toEqual([1001, "the server is about to end"]);
    socket.close(1001).connection.end();
    await drained;
  });

  it("ends subscriptions with their result", async () => {
    const { port, drain } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    socket.request(1, "subscriptions/listen", { notifications: { toolsListChanged: true } });
    expect(await socket.reply()).toMatchObject({ method: "notifications/subscriptions/acknowledged" });
    const drained = drain();
    expect(await socket.reply()).toMatchObject({ method: "notifications/cancelled" });
    expect(await socket.reply()).toMatchObject({ id: 1, result: {} });
    socket.connection.end();
    await drained;
  });

  it("aborts what does not end in time, and cuts off who does not answer", async () => {
    const { mcp, playing } = stage();
    const { port, drain, links } = await started(mcp);
    const socket = await RawWebSocket.open(port);
    const playingNow = playing();
    socket.request(1, "tools/call", { name: "play" });
    const { ctx, end } = await playingNow;
    ctx.signal.addEventListener("abort", () => end("aborted"));
    await drain(0);
    await socket.connection.closed;
    expect([ctx.signal.aborted, links.count]).toEqual([true, 0]);
  });

  it("lets in nobody about whom it is not decided yet", async () => {
    const [asked, answer] = [deferred(), deferred<{ id: string }>()];
    const { port, drain, links } = await started(stage().mcp, {
      authorize: () => {
        asked.resolve();
        return answer.promise;
      },
    });
    const connection = await RawConnection.open(port);
    connection.write(opening());
    await asked.promise;
    const drained = drain();
    answer.resolve({ id: "ann" });
    await Promise.all([drained, connection.closed]);
    expect([links.count, connection.received.includes(" 101 ")]).toEqual([0, false]);
  });

  it("tells our clients, whose calls end with what was said", async () => {
    const { mcp, playing } = stage();
    const { url, drain } = await started(mcp);
    const client = await connected(url, {}, { reconnect: false });
    const playingNow = playing();
    const called = client.callTool("play");
    called.catch(() => undefined);
    await playingNow;
    await drain(0);
    await expect(called).rejects.toThrow(
      /closed with code 1001: the other side went away \(the server is about to end\)/,
    );
  });
});
