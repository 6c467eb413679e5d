import { McpClient } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { closedPort } from "@towpath/test-support/closed-port.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { rawServer } from "@towpath/test-support/raw-server.js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { otherServer, speaking } from "../../test/support/other-server.js";
import { stage } from "../../test/support/stage.js";
import { started } from "../../test/support/start.js";
import { webSocketClient, type PlatformWebSocketClientOptions } from "./platform-client.js";
import { PlatformOutbox } from "./platform-outbox.js";

// The oldest Node there is support for has none of its own; this one has the same interface.
beforeAll(() => void vi.stubGlobal("WebSocket", WebSocket));
afterAll(() => void vi.unstubAllGlobals());

async function connected(url: string, options: PlatformWebSocketClientOptions = {}): Promise<McpClient> {
  const client = await McpClient.connect(webSocketClient(url, { reconnect: false, ...options }));
  onTestFinished(() => client.close());
  return client;
}

describe("the client over a runtime's WebSocket", () => {
  it.each(["handshake", "stateless"] as const)("calls, in the %s era", async (era) => {
    const { url } = await started(stage().mcp);
    const client = await McpClient.connect(webSocketClient(url), { era });
    onTestFinished(() => client.close());
    const calls = Array.from({ length: 100 }, (_, a) => client.callTool("add", { a, b: 1 }));
    const sums = (await Promise.all(calls)).map(({ content }) => content);
    expect(sums).toMatchObject(Array.from({ length: 100 }, (_, a) => [{ text: String(a + 1) }]));
  });

  it("sends messages that are longer than what may wait", async () => {
    const { url } = await started(stage().mcp);
    const client = await connected(url);
    const text = "ü".repeat(500_000);
    expect(await client.callTool("later", { text })).toMatchObject({ content: [{ text }] });
  });

  it("tells of the code and the reason when it was closed", async () => {
    const { url } = await otherServer((socket) => speaking(socket, () => socket.close(1001, "restart")));
    const client = await connected(url);
    await expect(client.callTool("any")).rejects.toThrow(/code 1001: the other side went away \(restart\)/);
  });

  it.each([
    ["a binary frame", Buffer.from("{}"), /a binary frame came/],
    ["a message that is too long", "x".repeat(1_001), /more than 1000 characters \(maxMessageBytes\)/],
  ])("ends with %s", async (_, data, message) => {
    const { url } = await otherServer((socket) => speaking(socket, () => socket.send(data)));
    const client = await connected(url, { maxMessageBytes: 1_000 });
    await expect(client.callTool("any")).rejects.toThrow(message);
  });

  it("says goodbye, and waits for the server's no longer than it may", async () => {
    const { url, closed, sockets } = await otherServer((socket) => speaking(socket, () => undefined));
    const polite = await connected(url);
    await polite.close();
    expect(await closed).toEqual([1000, ""]);
    const patient = await connected(url, { closeTimeoutMs: 20 });
    sockets[1]?.pause();
    await patient.close();
  });

  it.each([
    ["nothing is there", async () => `ws://127.0.0.1:${String(await closedPort())}`, /does not say why/],
    [
      "the server refuses",
      async () => (await started(stage().mcp, { authorize: () => null })).url,
      /does not say why/,
    ],
    ["the server never answers", async () => (await rawServer(() => undefined)).url, /not open within 50 ms/],
  ])("fails to connect when %s", async (_, start, message) => {
    const connecting = McpClient.connect(webSocketClient(await start(), { connectTimeoutMs: 50 }));
    await expect(connecting).rejects.toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: false,
      message: expect.stringMatching(message) as unknown,
    });
  });

  it("takes no headers, and says what else there is", () => {
    const options = { headers: { authorization: "Bearer 1" } };
    expect(() => webSocketClient("ws://localhost", options as never)).toThrow(/cookie.*ticket.*protocols/);
    expect(() => webSocketClient("ws://localhost", { tls: {} } as never)).toThrow(/tls/);
  });

  it("speaks through the WebSocket that it is given", async () => {
    const { url } = await started(stage().mcp);
    let made = 0;
    class Counting extends WebSocket {
      constructor(...how: [url: string, protocols: string[]]) {
        super(...how);
        made += 1;
      }
    }
    await connected(url, { WebSocket: Counting });
    expect(made).toBe(1);
    expect(() => webSocketClient(url, { WebSocket: "x" as never })).toThrow(/WebSocket/);
  });

  it("rejects where there is none", async () => {
    vi.stubGlobal("WebSocket", undefined);
    try {
      await expect(McpClient.connect(webSocketClient("ws://localhost"))).rejects.toThrow("has no WebSocket");
    } finally {
      vi.stubGlobal("WebSocket", WebSocket);
    }
  });
});

describe("PlatformOutbox", () => {
  function setUp() {
    const clock = new ManualClock();
    const socket = {
      readyState: 1,
      bufferedAmount: 0,
      send: (text: string) => void (socket.bufferedAmount += text.length),
    };
    const stuck: string[] = [];
    const outbox = new PlatformOutbox({
      socket: socket as never, // all that it uses
      maxQueuedBytes: 1_000_000,
      stallTimeoutMs: 30_000,
      clock,
      onStuck: (why) => stuck.push(why),
    });
    return { clock, socket, stuck, outbox };
  }

  it("has senders wait while much is queued, and until there is room", async () => {
    const { clock, socket, outbox } = setUp();
    expect(outbox.send("x")).toBeUndefined();
    let sent = false;
    void Promise.resolve(outbox.send("x".repeat(100_000))).then(() => (sent = true));
    clock.advance(1_000);
    await nextTurn();
    expect(sent).toBe(false);
    socket.bufferedAmount = 0;
    clock.advance(20);
    await nextTurn();
    expect([sent, clock.pending]).toEqual([true, 0]);
  });

  it.each([
    ["that takes nothing", 100_000, 30_000, "nothing is read"],
    ["for which too much waits", 2_000_000, 5_000, "too much waits to be read"],
  ])("gives up a server %s", (_, length, ms, why) => {
    const { clock, stuck, outbox } = setUp();
    void outbox.send("x".repeat(length));
    clock.advance(ms - 1);
    expect(stuck).toEqual([]);
    clock.advance(20);
    expect([stuck, clock.pending]).toEqual([[why], 0]);
  });

  it("bears with one that takes something now and then", () => {
    const { clock, socket, stuck, outbox } = setUp();
    void outbox.send("x".repeat(2_000_000));
    for (let step = 0; step < 20; step++) {
      clock.advance(4_000);
      socket.bufferedAmount -= 1;
    }
    expect(stuck).toEqual([]);
  });
});
