import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { inspect } from "node:util";
import { StateClosedError, StateUnavailableError } from "@towpath/mcp-core/state";
import { closedPort } from "@towpath/test-support/closed-port.js";
import { noRedisServer, skipped, startRedis, type RedisServer } from "@towpath/test-support/redis-server.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { redisState } from "../src/index.js";
import { availability, LONG, open, unavailable } from "./support/open.js";

async function redis(): Promise<RedisServer> {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  return server;
}

describe("a Redis that was never there", () => {
  it("fails calls with its reason, reports it once, and is tried on", async () => {
    const { state, errors } = open(`redis://user:secret@127.0.0.1:${String(await closedPort())}`);
    for (let i = 0; i < 3; i++) {
      const error = await unavailable(state.records.get("a"));
      expect(error.message).toMatch(/cannot be reached.*ECONNREFUSED/);
      expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
      expect(error.message).not.toContain("secret");
    }
    await unavailable(state.bus.subscribe("a", () => undefined));
    await unavailable(state.logs.read("a"));
    expect(state.available).toBe(false);
    expect(errors).toEqual([expect.any(StateUnavailableError)]);
  });

  it("that takes connections and says nothing fails calls after the time to connect", async () => {
    const sockets = new Set<Socket>();
    const mute = createServer((socket) => void sockets.add(socket)).listen(0, "127.0.0.1");
    await once(mute, "listening");
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      mute.close();
    });
    // Listening on a port, so the address is an object.
    const { port } = mute.address() as AddressInfo;
    const { state } = open(`redis://127.0.0.1:${String(port)}`, { connectTimeoutMs: 50 });
    expect((await unavailable(state.records.get("a"))).message).toContain("no connection within 50 ms");
  });

  it("ends what waits for it when the state is closed", async () => {
    const state = redisState(`redis://127.0.0.1:${String(await closedPort())}`, { onError: () => undefined });
    const waiting = [state.records.get("a"), state.bus.subscribe("a", () => undefined)];
    const ended = Promise.all(waiting.map((call) => expect(call).rejects.toThrow(StateClosedError)));
    await state.close();
    await ended;
  });
});

describe.skipIf(skipped(noRedisServer))("a Redis that goes away", () => {
  it("fails calls at once while it is gone, and is used again when it is back", async () => {
    const server = await redis();
    const { state, errors } = open(server.url);
    await state.records.set("a", 1, LONG);
    expect(state.available).toBe(true);
    await server.kill();
    await availability(state, false);
    await unavailable(state.records.get("a"));
    await unavailable(state.records.get("a"));
    expect(errors).toHaveLength(1);
    await server.restart();
    await availability(state, true);
    expect(await state.records.get("a")).toBeUndefined();
    await server.kill();
    await availability(state, false);
    expect(errors).toHaveLength(2);
  });

  it("carries messages again when it is back, and tells subscribers of the gap", async () => {
    const server = await redis();
    const { state } = open(server.url);
    const { state: peer } = open(server.url);
    const heard: unknown[] = [];
    let gaps = 0;
    await state.bus.subscribe("topic", (message) => void heard.push(message), { onGap: () => gaps++ });
    await peer.bus.publish("topic", 1);
    await expect.poll(() => heard).toEqual([1]);
    await server.restart();
    await expect.poll(() => gaps).toBe(1);
    await availability(peer, true);
    await peer.bus.publish("topic", 2);
    await expect.poll(() => heard).toEqual([1, 2]);
  });

  it("fails calls in time when it hangs, says that it is not available, and is used again when it goes on", async () => {
    const server = await redis();
    const { state, errors } = open(server.url, { commandTimeoutMs: 500, connectTimeoutMs: 1000 });
    await state.records.set("a", 1, LONG);
    server.pause();
    onTestFinished(() => server.resume());
    const calls = [state.records.get("a"), state.records.add("b", 1, LONG), state.bus.publish("c", 1)];
    for (const call of calls) expect((await unavailable(call)).message).toContain("within 500 ms");
    expect(state.available).toBe(false);
    await unavailable(state.records.get("a"));
    server.resume();
    await availability(state, true);
    expect((await state.records.get("a"))?.value).toBe(1);
    expect(errors).toHaveLength(1);
  });

  it("is found out to hang also on the connection that only listens", async () => {
    const server = await redis();
    const { state } = open(server.url, { commandTimeoutMs: 500, connectTimeoutMs: 1000 });
    let gaps = 0;
    await state.bus.subscribe("topic", () => undefined, { onGap: () => gaps++ });
    server.pause();
    onTestFinished(() => server.resume());
    await unavailable(state.records.get("a"));
    server.resume();
    await availability(state, true);
    await state.bus.publish("topic", 1);
    expect(state.available).toBe(true);
    expect(gaps).toBeLessThanOrEqual(1);
  });

  it("ends pending calls when the state is closed, also while it hangs", async () => {
    const server = await redis();
    const { state } = open(server.url);
    await state.records.count("any");
    server.pause();
    onTestFinished(() => server.resume());
    const pending = expect(state.records.get("a")).rejects.toThrow(StateClosedError);
    await state.close();
    await pending;
    expect(state.available).toBe(false);
  });

  it("is left by everything that listens and follows when the state is closed, also while it hangs", async () => {
    const server = await redis();
    // So long that an end that waits for an answer of Redis would not be seen.
    const state = redisState(server.url, { commandTimeoutMs: 3_600_000, onError: () => undefined });
    await state.logs.create("log", LONG);
    const reader = await state.logs.read("log");
    const end = await state.bus.subscribe("topic", () => undefined);
    server.pause();
    onTestFinished(() => server.resume());
    await Promise.all([end(), state.close()]);
    await expect(reader.next()).rejects.toThrow(StateClosedError);
    server.resume();
    await expect.poll(() => connections(server)).toBe(1);
  });

  it("that refuses what a connection begins with keeps none of those that were tried", async () => {
    const server = await redis();
    await command(server, "ACL", "SETUSER", "user", "on", ">secret", "~*", "&*", "+@all", "-script");
    const { errors, state } = open(server.url.replace("//", "//user:secret@"));
    await unavailable(state.records.get("a"));
    expect(String(errors[0])).toContain("NOPERM");
    await state.close();
    await expect.poll(() => connections(server)).toBe(1);
  });

  it("that does not know HELLO is told of without the password", async () => {
    const server = await startRedis({ args: ["--rename-command", "HELLO", ""] });
    onTestFinished(() => server.stop());
    const { state, errors } = open(server.url.replace("//", "//user:secret@"));
    const error = await unavailable(state.records.get("a"));
    expect(error.message).toContain("unknown command 'HELLO'");
    expect(inspect([error, ...errors], { depth: 10 })).not.toContain("secret");
  });

  it("that forgot its scripts is given them again", async () => {
    const server = await redis();
    const { state } = open(server.url);
    const { state: other } = open(server.url);
    await Promise.all([state.records.count("any"), other.records.count("any")]);
    await flushScripts(server);
    expect(await state.records.add("a", 1, LONG)).toEqual({ accepted: true, value: 1 });
    expect(await other.records.add("a", 1, LONG)).toEqual({ accepted: true, value: 2 });
  });

  it("that forgot its scripts runs none of the calls under way late", async () => {
    const server = await redis();
    const { state } = open(server.url);
    await state.logs.create("log", LONG);
    await flushScripts(server);
    const appended: string[] = [];
    let refused = 0;
    const calls: Promise<void>[] = [];
    for (let i = 0; i < 500; i++) {
      const entry = String(i);
      calls.push(
        state.logs.append("log", entry).then(
          () => void appended.push(entry),
          (error: unknown) => {
            expect(error).toBeInstanceOf(StateUnavailableError);
            refused++;
          },
        ),
      );
      if (i % 5 === 0) await new Promise(setImmediate);
    }
    await Promise.all(calls);
    const stored: string[] = [];
    for await (const { data } of await state.logs.read("log", { follow: false })) stored.push(data);
    expect(stored.map(Number)).toEqual(stored.map(Number).sort((a, b) => a - b));
    expect(stored).toEqual(appended);
    expect(refused).toBeLessThan(500);
  });

  it("that became a replica is left for its master, and calls fail until then", async () => {
    const [server, master] = [await redis(), await redis()];
    const { state } = open(server.url);
    await state.records.count("any");
    await command(server, "REPLICAOF", "127.0.0.1", String(master.port));
    const error = await unavailable(state.records.set("a", 1, LONG));
    expect(error.message).toContain("READONLY");
    await command(server, "REPLICAOF", "NO", "ONE");
    await availability(state, true);
    await state.records.set("a", 1, LONG);
  });

  it("keeps the process alive while the state is open, and not after it was closed", async () => {
    const server = await redis();
    const fixture = new URL("fixtures/open-and-close.mjs", import.meta.url);
    const child = spawn(process.execPath, [fixture.pathname, server.url], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    expect(child.exitCode).toBeNull();
    child.stdin.end();
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

async function flushScripts(server: RedisServer): Promise<void> {
  await command(server, "SCRIPT", "FLUSH", "SYNC");
}

/** How many connections the server has, with the one that asks. */
async function connections(server: RedisServer): Promise<number> {
  const cli = spawn("redis-cli", ["-u", server.url, "CLIENT", "LIST"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return (await text(cli.stdout)).trim().split("\n").length;
}

async function command(server: RedisServer, ...args: readonly string[]): Promise<void> {
  const cli = spawn("redis-cli", ["-u", server.url, ...args], { stdio: "ignore" });
  expect(await once(cli, "exit")).toEqual([0, null]);
}
