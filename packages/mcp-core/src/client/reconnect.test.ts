import { describe, expect, it } from "vitest";
import { settled } from "../../test/support/link.js";
import { legacy, scriptedServer } from "../../test/support/scripted-server.js";
import type { ClientTransport, ReconnectBudget } from "../contract/index.js";
import { ProtocolError } from "../jsonrpc/errors.js";
import { ManualClock } from "../testing/manual-clock.js";
import { McpClient } from "./client.js";

const PAUSES: ReconnectBudget = { attempts: 4, windowMs: 60_000, delayMs: 100, maxDelayMs: 300 };

/** A connection that lasted as long is worth another one at once. */
const LASTING_MS = 300;

/** A client whose server was lost, and cannot be reached any more until `failures` is empty. */
async function lostClient(reconnect: ReconnectBudget, ...failures: Error[]) {
  const server = scriptedServer(legacy(({ id }, to) => to.result(id, {})));
  const attempts: number[] = [];
  const clock = new ManualClock();
  const transport: ClientTransport = {
    name: "flaky",
    reconnect,
    connect: async (receiver) => {
      attempts.push(clock.now());
      const failure = attempts.length > 1 ? failures.shift() : undefined;
      if (failure !== undefined) throw failure;
      return server.transport.connect(receiver);
    },
  };
  const client = await McpClient.connect(transport, { clock, era: "handshake" });
  clock.advance(LASTING_MS);
  server.connections[0]?.lose("gone");
  await settled();
  return { client, attempts, clock };
}

const down = (): Error => new Error("connection refused");

describe("a connection that was lost", () => {
  it("is opened again after pauses that double, and differ from client to client", async () => {
    const { client, attempts, clock } = await lostClient(PAUSES, down(), down(), down());
    const pinged = client.ping();
    for (const longest of [100, 200, 300]) {
      await settled();
      clock.advance(longest / 2 - 1);
      await settled();
      const before = attempts.length;
      clock.advance(longest / 2 + 1);
      await settled();
      expect(attempts.length).toBe(before + 1);
    }
    await pinged;
    await client.close();
  });

  it("is given up after as many attempts as there may be, with the last failure", async () => {
    const last = new Error("still refused");
    const { client, attempts, clock } = await lostClient(PAUSES, down(), down(), down(), last);
    const pinged = expect(client.ping()).rejects.toBe(last);
    for (let turn = 0; turn < 3; turn++) {
      await settled();
      clock.advance(300);
    }
    await pinged;
    expect(attempts).toHaveLength(5);
    await expect(client.ping()).rejects.toThrow(/The connection is gone: gone/);
    await client.close();
  });

  it.each<[string, Partial<ReconnectBudget>, Error]>([
    ["the server refuses", {}, new ProtocolError(-32000, "no")],
    [
      "its transport says so",
      { mayPass: (failure) => !(failure instanceof TypeError) },
      new TypeError("401"),
    ],
  ])("is not asked for again where %s", async (_, more, failure) => {
    const { client, attempts } = await lostClient({ ...PAUSES, ...more }, failure);
    await expect(client.ping()).rejects.toBe(failure);
    expect(attempts).toHaveLength(2);
    await client.close();
  });

  it("is opened again at once where the transport is eager", async () => {
    const { client, attempts } = await lostClient({ ...PAUSES, eager: true });
    expect(attempts).toHaveLength(2);
    await client.close();
  });

  it("is opened again after a pause, and a longer one each time, where it does not last", async () => {
    const server = scriptedServer(legacy(({ id }, to) => to.result(id, {})));
    const clock = new ManualClock();
    const transport: ClientTransport = { ...server.transport, reconnect: { ...PAUSES, eager: true } };
    const client = await McpClient.connect(transport, { clock, era: "handshake" });
    for (const longest of [100, 200, 300]) {
      const before = server.connections.length;
      server.connections.at(-1)?.lose("gone");
      await settled();
      clock.advance(longest / 2 - 1);
      await settled();
      expect(server.connections).toHaveLength(before);
      clock.advance(longest / 2 + 1);
      await settled();
      expect(server.connections).toHaveLength(before + 1);
    }
    await client.close();
  });

  it("is asked for now and then when all attempts were spent, so that a server which is back is found", async () => {
    const failures = [down(), down(), down(), down()];
    const { client, clock } = await lostClient({ ...PAUSES, eager: true }, ...failures);
    for (let turn = 0; turn < 4; turn++) {
      await settled();
      clock.advance(LASTING_MS);
    }
    await settled();
    clock.advance(LASTING_MS);
    const pinged = client.ping();
    await settled();
    clock.advance(LASTING_MS);
    await pinged;
    await client.close();
  });

  it("is waited for no longer than a call may take", async () => {
    const { client, clock } = await lostClient(
      { ...PAUSES, delayMs: 50_000, maxDelayMs: 50_000 },
      down(),
      down(),
    );
    const pinged = expect(client.ping({ timeoutMs: 10 })).rejects.toThrow(/10 ms/);
    await settled();
    clock.advance(10);
    await pinged;
    await client.close();
  });

  it("is waited for no longer when the client is closed", async () => {
    const { client, attempts, clock } = await lostClient({ ...PAUSES, eager: true }, down(), down());
    await settled();
    await client.close();
    clock.advance(1_000);
    await settled();
    expect([attempts.length, clock.pending]).toEqual([2, 0]);
  });
});
