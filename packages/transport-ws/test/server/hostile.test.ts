import { deferred } from "@towpath/test-support/deferred.js";
import { like } from "@towpath/test-support/like.js";
import { RawConnection } from "@towpath/test-support/raw-connection.js";
import { describe, expect, it } from "vitest";
import { frame, Opcode, type FrameOptions } from "../support/frames.js";
import { META, opening, RawWebSocket } from "../support/raw-web-socket.js";
import { stage } from "../support/stage.js";
import { started } from "../support/start.js";

const PING = JSON.stringify({ jsonrpc: "2.0", id: 7, method: "ping" });
const pong = { jsonrpc: "2.0", id: 7, result: {} };

/** That the server is none the worse for it. */
async function stillServes(port: number): Promise<void> {
  const other = await RawWebSocket.open(port);
  expect(await other.frame(PING).reply()).toEqual(pong);
}

describe("messages that are split", () => {
  it("into frames, with a ping between them", async () => {
    const { port } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    socket.frame(PING.slice(0, 5), { fin: false }).frame("", { opcode: Opcode.ping });
    socket.frame("", { opcode: Opcode.continuation, fin: false });
    socket.frame(PING.slice(5), { opcode: Opcode.continuation });
    expect((await socket.next()).opcode).toBe(Opcode.pong);
    expect(await socket.reply()).toEqual(pong);
  });

  it("into packets of one byte each, the text within its characters", async () => {
    const { port } = await started(stage().mcp);
    const connection = await RawConnection.open(port);
    connection.socket.setNoDelay(true);
    const params = { name: "later", arguments: { text: "é€😀" }, _meta: META };
    const call = frame(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }));
    for (const byte of Buffer.concat([Buffer.from(opening()), call])) {
      connection.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const answer = Buffer.from("é€😀").toString("latin1");
    await connection.until(answer);
  });

  it("into frames of one byte each", async () => {
    const { port } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    const bytes = Buffer.from(PING);
    bytes.forEach((byte, index) => {
      const opcode = index === 0 ? Opcode.text : Opcode.continuation;
      socket.frame(Buffer.of(byte), { opcode, fin: index === bytes.length - 1 });
    });
    expect(await socket.reply()).toEqual(pong);
  });
});

describe("what is no message of MCP's", () => {
  it.each([
    ["no JSON", "{", -32700],
    ["an empty frame", "", -32700],
    ["no message", "{}", -32600],
    ["a batch, where there are none", "[]", -32600],
  ])("is answered: %s", async (_, text, code) => {
    const { port } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    expect(await socket.frame(text).reply()).toMatchObject({ error: { code } });
    expect(await socket.frame(PING).reply()).toEqual(pong);
  });

  it("is answered with the id of its request, where that can be read", async () => {
    const { port } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    const reply = await socket.frame('{"jsonrpc":"2.0","id":12,"method":5}').reply();
    expect(reply).toMatchObject({ id: 12, error: { code: -32600 } });
  });
});

describe("a batch", () => {
  it("is answered with one message in the revision that has them", async () => {
    const { port } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    const params = {
      protocolVersion: "2025-03-26",
      capabilities: {},
      clientInfo: { name: "x", version: "1" },
    };
    await socket.message({ id: 0, method: "initialize", params }).reply();
    const [first, second] = [1, 2].map((id) => ({ jsonrpc: "2.0", id, method: "ping" }));
    const replies = await socket.frame(JSON.stringify([first, second])).reply();
    expect(replies).toEqual([1, 2].map((id) => ({ jsonrpc: "2.0", id, result: {} })));
  });
});

describe("requests with the same id", () => {
  it("are all answered", async () => {
    const { port } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    const texts = ["one", "two", "three"];
    for (const text of texts) socket.request(1, "tools/call", { name: "later", arguments: { text } });
    const replies = [await socket.reply(), await socket.reply(), await socket.reply()];
    expect(replies).toMatchObject(texts.map((text) => ({ id: 1, result: { content: [{ text }] } })));
  });

  it("of two clients go to the one that asked", async () => {
    const { port } = await started(stage().mcp);
    const [one, two] = [await RawWebSocket.open(port), await RawWebSocket.open(port)];
    one.request(1, "tools/call", { name: "later", arguments: { text: "one" } });
    two.request(1, "tools/call", { name: "later", arguments: { text: "two" } });
    expect(await two.reply()).toMatchObject({ result: { content: [{ text: "two" }] } });
    expect(await one.reply()).toMatchObject({ result: { content: [{ text: "one" }] } });
  });
});

describe("what breaks the rules closes the connection with a code, and harms nobody else:", () => {
  const wrong: readonly [string, string | Uint8Array, FrameOptions, number][] = [
    ["a binary frame", PING, { opcode: Opcode.binary }, 1003],
    ["text that is not UTF-8", Buffer.from([0xff, 0xfe]), {}, 1007],
    ["a message that is too long", "x".repeat(1001), {}, 1009],
    ["a length of 4 GiB", "", { length: 2 ** 32 }, 1009],
    ["a length of more than there are numbers", "", { length: 2 ** 63 }, 1009],
    ["a frame that is not masked", PING, { masked: false }, 1002],
    ["a reserved bit, as of a compressed message", PING, { reserved: 0x40 }, 1002],
    ["another reserved bit", PING, { reserved: 0x10 }, 1002],
    ["an unknown opcode", PING, { opcode: 3 }, 1002],
    ["a continuation of nothing", PING, { opcode: Opcode.continuation }, 1002],
    ["a ping in several frames", "", { opcode: Opcode.ping, fin: false }, 1002],
    ["a ping that is too long", "x".repeat(126), { opcode: Opcode.ping }, 1002],
    ["a close frame with half a code", "x", { opcode: Opcode.close }, 1002],
    ["a close frame with a code that there is not", Buffer.from([0, 1]), { opcode: Opcode.close }, 1002],
  ];

  it.each(wrong)("%s", async (_, payload, options, code) => {
    const { port, links, errors } = await started(stage().mcp, { limits: { maxMessageBytes: 1_000 } });
    const socket = await RawWebSocket.open(port);
    expect(await socket.frame(payload, options).closing()).toEqual([code, expect.any(String)]);
    socket.connection.end();
    await socket.connection.closed;
    await links.none();
    await stillServes(port);
    expect(errors).toEqual([]);
  });

  it("fragments without an end, each below the limit", async () => {
    const { port } = await started(stage().mcp, { limits: { maxMessageBytes: 1_000 } });
    const socket = await RawWebSocket.open(port);
    socket.frame("x".repeat(600), { fin: false });
    socket.frame("x".repeat(600), { opcode: Opcode.continuation, fin: false });
    expect(await socket.closing()).toEqual([1009, ""]);
  });

  it("a message in more than 16,384 frames", async () => {
    const { port } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    const more = frame("", { opcode: Opcode.continuation, fin: false });
    const [first, last] = [frame('"', { fin: false }), frame('"', { opcode: Opcode.continuation })];
    const whole = Array.from({ length: 16_382 }, () => more);
    socket.connection.write(Buffer.concat([first, ...whole, last]));
    expect(await socket.reply()).toMatchObject({ error: { code: -32600 } });
    socket.connection.write(Buffer.concat([first, ...whole, more, last]));
    expect((await socket.closing())[0]).toBe(1008);
  });

  it("a new message in the middle of another", async () => {
    const { port } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    expect((await socket.frame("{", { fin: false }).frame(PING).closing())[0]).toBe(1002);
  });

  it("and nothing that comes behind it is done", async () => {
    const { mcp, playing } = stage();
    const { port, links } = await started(mcp);
    const socket = await RawWebSocket.open(port);
    let played = false;
    void playing().then(() => (played = true));
    socket.frame(PING, { opcode: Opcode.binary }).request(1, "tools/call", { name: "play" });
    expect(await socket.closing()).toEqual([1003, like(/text/)]);
    socket.close(1003);
    await links.none();
    expect(played).toBe(false);
  });
});

describe("clients that end badly", () => {
  it("are forgotten when they say goodbye and go on sending", async () => {
    const { port, links } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    socket.close(1000).frame(PING).close(1000).close(1001).frame("garbage", { masked: false });
    expect(await socket.closing()).toEqual([1000, ""]);
    await links.none();
    await stillServes(port);
  });

  it("are forgotten when they say goodbye without a code, or break off", async () => {
    const { port, links } = await started(stage().mcp);
    const [polite, rude] = [await RawWebSocket.open(port), await RawWebSocket.open(port)];
    polite.frame("", { opcode: Opcode.close });
    rude.connection.vanish();
    await links.none();
    await stillServes(port);
  });

  it("are forgotten when they end in the middle of a message", async () => {
    const { port, links } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    socket.frame("half a mess", { length: 100 }).connection.end();
    await links.none();
    await socket.connection.closed;
  });

  it("have what they asked for aborted", async () => {
    const { mcp, playing } = stage();
    const { port, links } = await started(mcp);
    const socket = await RawWebSocket.open(port);
    const playingNow = playing();
    socket.request(1, "tools/call", { name: "play" });
    const { ctx, end } = await playingNow;
    const aborted = deferred();
    ctx.signal.addEventListener("abort", () => aborted.resolve());
    socket.connection.vanish();
    await aborted.promise;
    end("too late");
    await links.none();
  });
});

describe("floods", () => {
  it("of pings are answered, or end the connection, and harm nobody else", async () => {
    const { port } = await started(stage().mcp);
    const socket = await RawWebSocket.open(port);
    const pings = Buffer.concat(Array.from({ length: 10_000 }, () => frame("x", { opcode: Opcode.ping })));
    socket.connection.write(pings);
    await stillServes(port);
  });

  it("of a message that never ends are counted together, and the one who goes too far is cut off", async () => {
    const limits = { maxTotalMessageBytes: 200_000 };
    const { port, links } = await started(stage().mcp, { limits });
    const sockets = [await RawWebSocket.open(port), await RawWebSocket.open(port)] as const;
    const half = frame("x".repeat(150_000), { length: 1_000_000 });
    for (const { connection } of sockets) connection.write(half);
    const [code] = await Promise.race(sockets.map((socket) => socket.closing()));
    expect(code).toBe(1008);
    for (const { connection } of sockets) connection.vanish();
    await links.none();
    await stillServes(port);
  });

  it.each([
    ["pongs", Opcode.pong],
    ["pings", Opcode.ping],
  ])("of %s count as part of no message", async (_, opcode) => {
    const { port } = await started(stage().mcp, { limits: { maxTotalMessageBytes: 100_000 } });
    const sockets = [await RawWebSocket.open(port), await RawWebSocket.open(port)] as const;
    for (const socket of sockets) {
      for (let sent = 0; sent < 1_000; sent++) {
        socket.frame("x".repeat(100), { opcode });
        await new Promise((resolve) => setImmediate(resolve)); // so that they come in many pieces
      }
    }
    for (const socket of sockets) await socket.frame(PING).connection.until('"id":7,"result":{}');
  });

  it("of control frames do not make a message that never ends count less", async () => {
    const { port } = await started(stage().mcp, { limits: { maxTotalMessageBytes: 100_000 } });
    const socket = await RawWebSocket.open(port);
    const more = frame("x".repeat(1_000), { opcode: Opcode.continuation, fin: false });
    socket.frame("x", { fin: false });
    const pong = frame("x".repeat(100), { opcode: Opcode.pong });
    for (let sent = 0; sent < 100; sent++) {
      socket.connection.write(pong).write(more);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await socket.closing()).toEqual([1008, like(/too much is being received/)]);
  });

  it("of garbage that is not read back are cut off", async () => {
    const { port, links } = await started(stage().mcp, { limits: { maxInFlight: 5, maxQueued: 5 } });
    const socket = await RawWebSocket.open(port);
    socket.connection.socket.pause();
    const garbage = Buffer.concat(Array.from({ length: 1_000 }, () => frame("{")));
    const flood = (): void => {
      while (!socket.connection.socket.destroyed && socket.connection.socket.write(garbage));
    };
    socket.connection.socket.on("drain", flood);
    flood();
    await links.none();
    await stillServes(port);
  });
});
