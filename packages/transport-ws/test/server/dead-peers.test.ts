import { ManualClock } from "@towpath/mcp-core/testing";
import { expect, it } from "vitest";
import { Opcode } from "../support/frames.js";
import { RawWebSocket } from "../support/raw-web-socket.js";
import { stage } from "../support/stage.js";
import { started } from "../support/start.js";

it("pings its clients, and keeps those that answer", async () => {
  const clock = new ManualClock();
  const { port, links } = await started(stage().mcp, { clock, pingMs: 1_000 });
  const socket = await RawWebSocket.open(port);
  for (let period = 0; period < 5; period++) {
    clock.advance(1_000);
    const { opcode, payload } = await socket.next();
    expect(opcode).toBe(Opcode.ping);
    socket.frame(payload, { opcode: Opcode.pong }).message({ id: 1, method: "ping" });
    await socket.reply(); // so the pong before it has come, too
  }
  expect(links.count).toBe(1);
});

it("cuts off a client from which nothing comes any more", async () => {
  const clock = new ManualClock();
  const { port, links } = await started(stage().mcp, { clock, pingMs: 1_000 });
  const socket = await RawWebSocket.open(port);
  clock.advance(3_000);
  await Promise.all([links.none(), socket.connection.closed]);
});

it("pings nobody with an endless period", async () => {
  const clock = new ManualClock();
  const { port, links } = await started(stage().mcp, { clock, pingMs: Infinity });
  await RawWebSocket.open(port);
  clock.advance(1e9);
  expect([links.count, clock.pending]).toEqual([1, 0]);
});
