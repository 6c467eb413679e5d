import { once } from "node:events";
import { McpClient } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { deferred } from "@towpath/test-support/deferred.js";
import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { webSocketClient } from "../../src/index.js";
import { Opcode } from "../support/frames.js";
import { otherServer, speaking } from "../support/other-server.js";
import { rawAccepting } from "../support/raw-accepting.js";
import { stage } from "../support/stage.js";
import { connected, started } from "../support/start.js";

/** A server that does this to the connection of whoever calls a tool. */
const doing = (does: (socket: WebSocket) => void) =>
  otherServer((socket) => speaking(socket, () => does(socket)));

/** What a call fails with, on a connection that is not made anew. */
async function lost(url: string, options: Parameters<typeof webSocketClient>[1] = {}): Promise<unknown> {
  const client = await connected(url, {}, { reconnect: false, ...options });
  return client.callTool("any").then(
    () => "it did not fail",
    (error: unknown) => error,
  );
}

describe("a call fails at once with a ConnectionLostError", () => {
  it.each<[string, RegExp, (socket: WebSocket) => void]>([
    [
      "when the server breaks off",
      /code 1006: it broke, without a close frame/,
      (socket) => socket.terminate(),
    ],
    ["when it closes on purpose", /code 1000: it was closed on purpose/, (socket) => socket.close(1000)],
    [
      "when it goes away",
      /code 1001: the other side went away \(restart\)/,
      (socket) => socket.close(1001, "restart"),
    ],
    ["when it gives no reason", /code 1005/, (socket) => socket.close()],
    ["when it gives one of its own", /code 4001 \(too rude\)/, (socket) => socket.close(4001, "too rude")],
  ])("%s", async (_, message, does) => {
    const { url } = await doing(does);
    expect(await lost(url)).toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: true,
      message: expect.stringMatching(message) as unknown,
    });
  });

  it("when the server has said goodbye, and does not end the connection", async () => {
    const url = await rawAccepting(({ method }, end) => {
      const code = Buffer.from([0x03, 0xe9]);
      if (method === "tools/call") end.frame(code, { opcode: Opcode.close });
    });
    const failed = await lost(url, { closeTimeoutMs: 1_000_000 });
    expect(failed).toMatchObject({ message: expect.stringMatching(/code 1001/) as unknown });
  });

  it("when a binary frame comes, and the server is told", async () => {
    const { url, closed } = await doing((socket) => socket.send(Buffer.from("{}")));
    expect(await lost(url)).toMatchObject({
      message: expect.stringMatching(/not binary frames \(1003\)/) as unknown,
    });
    expect(await closed).toEqual([1003, "messages are text, not binary frames"]);
  });

  it("when a message comes that is too long, and the server is told", async () => {
    const { url, closed } = await doing((socket) => socket.send("x".repeat(1_001)));
    const error = await lost(url, { maxMessageBytes: 1_000 });
    expect(error).toMatchObject({
      message: expect.stringMatching(/more than 1000 bytes came \(maxMessageBytes\)/) as unknown,
    });
    expect(await closed).toEqual([1009, ""]);
  });

  it("when the server does not read what is sent to it", async () => {
    const { url } = await otherServer((socket) => speaking(socket, () => socket.pause()));
    const client = await connected(url, {}, { reconnect: false, stallTimeoutMs: 100 });
    const text = "x".repeat(3_000_000);
    const calls = Array.from({ length: 10 }, () => client.callTool("any", { text }));
    for (const call of calls) call.catch(() => undefined);
    await expect(Promise.any(calls)).rejects.toMatchObject({
      errors: calls.map(() => expect.objectContaining({ name: "ConnectionLostError" }) as unknown),
    });
  });

  it("when nothing comes from the server any more, not even pongs", async () => {
    const clock = new ManualClock();
    const asked = deferred();
    const { url } = await otherServer((socket) => speaking(socket, () => asked.resolve()), {
      autoPong: false,
    });
    const failed = lost(url, { clock, pingMs: 1_000 });
    await asked.promise;
    clock.advance(4_000);
    expect(await failed).toMatchObject({
      message: expect.stringMatching(/not even an answer to pings/) as unknown,
    });
  });
});

describe("what is no message", () => {
  it("is noise, and the connection goes on", async () => {
    const noise: string[] = [];
    const { url } = await otherServer((socket) =>
      speaking(socket, (_message, reply) => {
        socket.send("hello");
        reply({ resultType: "complete", content: [] });
      }),
    );
    const client = await connected(url, { onNoise: (description) => noise.push(description) });
    expect(await client.callTool("any")).toMatchObject({ content: [] });
    expect(noise).toEqual(["not JSON: hello"]);
  });
});

describe("a connection that was lost", () => {
  it("is made anew with the next call", async () => {
    const { url, sockets } = await otherServer((socket) =>
      speaking(socket, (_message, reply) => {
        if (sockets.length === 1) socket.terminate();
        else reply({ resultType: "complete", content: [] });
      }),
    );
    const client = await connected(url);
    await expect(client.callTool("any")).rejects.toMatchObject({ name: "ConnectionLostError" });
    expect(await client.callTool("any")).toMatchObject({ content: [] });
    expect(sockets).toHaveLength(2);
  });

  it("is made anew no more often than it may be", async () => {
    const { url, sockets } = await doing((socket) => socket.terminate());
    const client = await connected(url, {}, { reconnect: { attempts: 2, windowMs: 60_000 } });
    for (let call = 0; call < 5; call++)
      await expect(client.callTool("any")).rejects.toMatchObject({ name: "ConnectionLostError" });
    expect(sockets).toHaveLength(3);
  });
});

describe("a client that is closed", () => {
  it("says goodbye, and waits for the server's", async () => {
    const { url, closed, sockets } = await otherServer((socket) => speaking(socket, () => undefined));
    const client = await McpClient.connect(webSocketClient(url));
    await client.close();
    expect(await closed).toEqual([1000, ""]);
    expect(sockets[0]?.readyState).toBe(3);
  });

  it("waits no longer than it may", async () => {
    const { url, sockets } = await otherServer((socket) => speaking(socket, () => undefined));
    const client = await McpClient.connect(webSocketClient(url, { closeTimeoutMs: 20 }));
    sockets[0]?.pause();
    await client.close();
  });

  it("leaves no timer behind", async () => {
    const clock = new ManualClock();
    const { url } = await started(stage().mcp);
    const client = await McpClient.connect(webSocketClient(url, { clock, pingMs: 1_000 }));
    expect(clock.pending).toBe(1);
    await client.close();
    clock.advance(1_000);
    expect(clock.pending).toBe(0);
  });

  it("can be closed while it is being closed, and after the server is gone", async () => {
    const { url, sockets } = await otherServer((socket) => speaking(socket, () => undefined));
    const client = await McpClient.connect(webSocketClient(url));
    await Promise.all([client.close(), client.close()]);
    const second = await McpClient.connect(webSocketClient(url));
    const socket = sockets[1];
    if (socket === undefined) throw new Error("There is no second connection");
    socket.terminate();
    await once(socket, "close");
    await second.close();
  });
});
