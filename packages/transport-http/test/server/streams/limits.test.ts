import { memoryState, type LogOptions, type State } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { Client } from "../../support/client.js";
import type { Events } from "@towpath/test-support/events.js";
import { like } from "@towpath/test-support/like.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { remoteState } from "@towpath/test-support/remote-state.js";
import { stage, type Play, type Stage } from "../../support/stage.js";

const TTL_MS = 60_000;
const DELIVERED_TTL_MS = 30_000;

const done = { result: { content: [{ type: "text", text: "done" }] } };
const progress = (value: number): object => ({ params: { progress: value } });

interface Begun {
  readonly call: Events;
  readonly play: Play;
}

async function begun(server: Stage, client: Client, name = "long"): Promise<Begun> {
  const opened = client.call("play", { name });
  const play = await server.playing(name);
  await play.ctx.progress(1);
  const call = await opened;
  await call.message();
  return { call, play };
}

/** A state that knows the logs it was asked for. */
function watched(state: State): State & { readonly names: readonly string[] } {
  const names: string[] = [];
  const { logs } = state;
  const create = (name: string, options?: LogOptions): Promise<string | undefined> => {
    names.push(name);
    return logs.create(name, options);
  };
  const watchedLogs: State["logs"] = {
    create,
    append: (...how) => logs.append(...how),
    read: (...how) => logs.read(...how),
    close: (name) => logs.close(name),
    delete: (name) => logs.delete(name),
    touch: (...how) => logs.touch(...how),
    info: (name) => logs.info(name),
  };
  return { ...state, logs: watchedLogs, names };
}

describe("a stream that is kept", () => {
  it("stays as long as its handler is silent, and its time to live after that", async () => {
    const clock = new ManualClock();
    const state = watched(memoryState({ clock }));
    const server = await stage({ clock, resumable: { ttlMs: TTL_MS } }, { state });
    const client = new Client(server.url);
    const { call, play } = await begun(server, client);
    call.cut();
    await client.request("ping");
    clock.advance(100 * TTL_MS);
    play.end("done");
    await client.request("ping");
    clock.advance(TTL_MS - 1);
    expect(await (await client.get(call.lastId)).rest()).toMatchObject([done]);
    clock.advance(TTL_MS);
    expect((await client.get(call.lastId)).status).toBe(410);
    expect(await Promise.all(state.names.map((name) => state.logs.info(name)))).toEqual([undefined]);
  });

  it("goes soon once it was delivered to its end", async () => {
    const clock = new ManualClock();
    const server = await stage({ clock, resumable: { ttlMs: 10 * DELIVERED_TTL_MS } });
    const client = new Client(server.url);
    const { call, play } = await begun(server, client);
    const first = call.lastId;
    play.end("done");
    await call.rest();
    clock.advance(DELIVERED_TTL_MS - 1);
    expect((await (await client.get(first)).rest()).length).toBe(1);
    clock.advance(DELIVERED_TTL_MS);
    expect((await client.get(first)).status).toBe(410);
  });

  it("leaves no timer behind when all is over", async () => {
    const clock = new ManualClock();
    const server = await stage({ clock, resumable: { ttlMs: TTL_MS } }, { state: memoryState({ clock }) });
    const { call, play } = await begun(server, new Client(server.url));
    play.end("done");
    await call.rest();
    clock.advance(TTL_MS);
    expect(clock.pending).toBe(0);
  });

  it("outside any request is kept while it is open, and made anew when it has gone", async () => {
    const clock = new ManualClock();
    const server = await stage({ sessions: true, clock, resumable: { ttlMs: TTL_MS } });
    const client = await Client.begin(server.url);
    const first = await client.get();
    server.mcp.tool("one", {}, () => "one");
    await first.message();
    clock.advance(10 * TTL_MS);
    server.mcp.tool("two", {}, () => "two");
    await first.message();
    first.cut();
    await client.request("ping");
    clock.advance(2 * TTL_MS);
    server.mcp.tool("three", {}, () => "three");
    await client.request("ping");
    const second = await client.get(first.lastId);
    expect(await second.message()).toMatchObject({ method: "notifications/tools/list_changed" });
  });
});

describe("a stream whose oldest events were trimmed", () => {
  it("is resumed with what is left, the response included", async () => {
    const server = await stage({ resumable: { maxBytes: 600 } });
    const client = new Client(server.url);
    const { call, play } = await begun(server, client);
    call.cut();
    for (let value = 2; value <= 50; value++) await play.ctx.progress(value);
    play.end("done");
    const messages = await (await client.get(call.lastId)).rest();
    expect(messages.at(-1)).toMatchObject(done);
    expect(messages.length).toBeLessThan(10);
    expect(messages.slice(-2)).toMatchObject([progress(50), done]);
  });

  it("brings its response also where that pushed out what was on its way", async () => {
    const server = await stage({ resumable: { maxBytes: 2000 } });
    const { call, play } = await begun(server, new Client(server.url));
    void play.ctx.progress(2, 3, "x".repeat(1000));
    play.end("y".repeat(1000));
    expect((await call.rest()).at(-1)).toMatchObject({ result: { content: [{ text: "y".repeat(1000) }] } });
  });
});

describe("a response that is larger than what may be kept", () => {
  const errors: unknown[] = [];
  const options = { resumable: { maxBytes: 1000 }, onError: (error: unknown) => errors.push(error) };

  it("reaches the client that is there", async () => {
    const server = await stage(options);
    const { call, play } = await begun(server, new Client(server.url));
    play.end("x".repeat(2000));
    expect(await call.rest()).toMatchObject([{ result: { content: [{ text: "x".repeat(2000) }] } }]);
    expect(errors).toMatchObject([{ limit: "maxBytes" }]);
  });

  it("reaches the client that has come back", async () => {
    const server = await stage(options);
    const client = new Client(server.url);
    const { call, play } = await begun(server, client);
    const resumed = await client.get(call.lastId);
    play.end("x".repeat(2000));
    expect(await resumed.rest()).toMatchObject([{ result: { content: [{ text: "x".repeat(2000) }] } }]);
  });

  it("is an error for the client that comes back later", async () => {
    const server = await stage(options);
    const client = new Client(server.url);
    const { call, play } = await begun(server, client);
    play.ctx.closeStream();
    expect(await call.rest()).toEqual([]);
    play.end("x".repeat(2000));
    expect(await (await client.get(call.lastId)).rest()).toMatchObject([
      { id: 1, error: { code: -32603, message: like("could not be kept") } },
    ]);
  });

  it("is an error for the client whose connection broke on it", async () => {
    const server = await stage(options);
    const client = new Client(server.url);
    const { call, play } = await begun(server, client);
    const before = call.lastId;
    play.end("x".repeat(2000));
    expect(await call.rest()).toMatchObject([{ result: {} }]);
    expect(await (await client.get(before)).rest()).toMatchObject([{ id: 1, error: { code: -32603 } }]);
  });

  it("lets what goes before it through, where that is too large as well", async () => {
    const server = await stage({ ...options, sessions: true });
    const client = await Client.begin(server.url);
    const { call, play } = await begun(server, client);
    await client.request("logging/setLevel", { level: "info" });
    void play.ctx.progress(2, 3, "x".repeat(2000));
    play.end("done");
    expect(await call.rest()).toMatchObject([progress(2), done]);
  });
});

describe("a message that is larger than what may be kept", () => {
  it("does not overtake those that were kept and not read yet", async () => {
    const state = remoteState(memoryState());
    const server = await stage({ resumable: { maxBytes: 1000 }, onError: () => undefined }, { state });
    const client = new Client(server.url);
    const { call, play } = await begun(server, client);
    state.readTurns = 20;
    const told = [play.ctx.progress(2), play.ctx.progress(3, 9, "x".repeat(2000))];
    await Promise.all(told);
    await play.ctx.progress(4);
    play.end("done");
    expect(await call.rest()).toMatchObject([progress(2), progress(3), progress(4), done]);
    expect(await (await client.get(call.lastId?.replace(/\..*/, ".-"))).rest()).toMatchObject([
      progress(1),
      progress(2),
      progress(4),
      done,
    ]);
  });
});

describe("a state with no more room", () => {
  it("costs streams their way back, and nothing else; its author is told now and then", async () => {
    const errors: unknown[] = [];
    const state = memoryState({ maxLogs: 1 });
    const server = await stage({ onError: (error) => errors.push(error) }, { state });
    const client = new Client(server.url);
    const first = await begun(server, client, "first");
    for (const name of ["second", "third"]) {
      const { call, play } = await begun(server, client, name);
      expect(call.lastId).toBeUndefined();
      play.end("done");
      expect(await call.rest()).toMatchObject([done]);
    }
    expect(errors).toMatchObject([{ limit: "maxLogs" }]);
    first.play.end("done");
    expect(await first.call.rest()).toMatchObject([done]);
  });

  it("primes no client for a stream that cannot be read", async () => {
    const state = watched(memoryState({ maxReaders: 1 }));
    const server = await stage({ onError: () => undefined }, { state });
    const client = new Client(server.url);
    const [first, second] = [await begun(server, client, "first"), await begun(server, client, "second")];
    expect([first.call.lastId, second.call.lastId]).toEqual([like("."), undefined]);
    await nextTurn();
    expect(await state.logs.info(state.names[1] ?? "")).toBeUndefined();
    for (const { call, play } of [first, second]) {
      play.end("done");
      expect(await call.rest()).toMatchObject([done]);
    }
  });

  it("costs a stream that has begun no message that its client is there for", async () => {
    const [text, logs, entries] = [2000, 2 * 1024, 5 * 96];
    const state = memoryState({ maxLogBytes: text + logs + entries });
    const server = await stage({ onError: () => undefined }, { state });
    const client = new Client(server.url);
    const { call, play } = await begun(server, client);
    const hoard = await begun(server, client, "hoard");
    await hoard.play.ctx.progress(2, 3, "x".repeat(1400));
    await play.ctx.progress(2, 3, "y".repeat(1000));
    play.end("z".repeat(1000));
    expect(await call.rest()).toMatchObject([
      progress(2),
      { result: { content: [{ text: "z".repeat(1000) }] } },
    ]);
    hoard.play.end("done");
    expect((await hoard.call.rest()).at(-1)).toMatchObject(done);
  });

  it("costs a GET stream that cannot be read no message", async () => {
    const state = memoryState({ maxReaders: 1 });
    const server = await stage({ sessions: true, onError: () => undefined }, { state });
    const client = await Client.begin(server.url);
    const { call, play } = await begun(server, client);
    const listening = await client.get();
    for (const name of ["one", "two"]) {
      server.mcp.tool(name, {}, () => name);
      expect(await listening.message()).toMatchObject({ method: "notifications/tools/list_changed" });
    }
    play.end("done");
    expect(await call.rest()).toMatchObject([done]);
  });

  it("costs a GET stream its way back, and no message", async () => {
    const state = memoryState({ maxLogs: 1 });
    const server = await stage({ sessions: true, onError: () => undefined }, { state });
    const client = await Client.begin(server.url);
    const { call, play } = await begun(server, client);
    const listening = await client.get();
    server.mcp.tool("one", {}, () => "one");
    expect(await listening.message()).toMatchObject({ method: "notifications/tools/list_changed" });
    play.end("done");
    expect(await call.rest()).toMatchObject([done]);
  });
});
