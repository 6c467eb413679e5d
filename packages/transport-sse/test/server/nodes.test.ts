import { McpServer, memoryState } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { deferred } from "@towpath/test-support/deferred.js";
import { describe, expect, it } from "vitest";
import type { SseOptions } from "../../src/index.js";
import { Handovers } from "../../src/server/handovers.js";
import { changed } from "../support/changed-state.js";
import { stage, twoNodes } from "../support/stage.js";
import { startServer } from "../support/start-server.js";
import { initialize, Visitor } from "../support/visitor.js";
import { WatchedClock } from "../support/watched-clock.js";

const authorize: SseOptions["authorize"] = ({ headers }) => ({
  id: headers.get("x-user") ?? "nobody",
  scopes: [headers.get("x-scopes") ?? ""],
});

const ping = (id: number): object => ({ jsonrpc: "2.0", id, method: "ping" });

describe("a session whose messages come to another node", () => {
  it("has them all taken, and answered on its stream", async () => {
    const [a, b] = await twoNodes();
    const visitor = await Visitor.open(a.url);
    const there = visitor.at(b.url);
    expect(
      (
        await visitor.post(
          { ...ping(0), method: "initialize", params: initialize("2024-11-05", { roots: {} }) },
          {},
          there,
        )
      ).status,
    ).toBe(202);
    expect(await visitor.message()).toMatchObject({ id: 0, result: {} });
    const play = { name: "play", arguments: { name: "x" } };
    expect((await visitor.post({ ...ping(1), method: "tools/call", params: play }, {}, there)).status).toBe(
      202,
    );
    const { ctx, end } = await a.playing("x");
    const roots = ctx.roots();
    const { id } = await visitor.message();
    expect((await visitor.post({ jsonrpc: "2.0", id, result: { roots: [] } }, {}, there)).status).toBe(202);
    expect(await roots).toEqual([]);
    end("done");
    expect(await visitor.message()).toMatchObject({ id: 1, result: {} });
  });

  it("has them refused there as here", async () => {
    const [a, b] = await twoNodes({ options: { limits: { maxInFlight: 1 } } });
    const visitor = await Visitor.begin(a.url);
    const there = visitor.at(b.url);
    const refusals = async (body: string): Promise<unknown[]> =>
      Promise.all(
        [visitor.endpoint, there].map(async (to) => {
          const response = await visitor.send(body, {}, to);
          return [response.status, response.headers.get("retry-after"), await response.json()];
        }),
      );
    for (const body of ["{", '{"jsonrpc":"2.0","id":7,"method":"ping",}', "{}", "[]"]) {
      const [own, other] = await refusals(body);
      expect(other).toEqual(own);
      expect(own).toMatchObject([400, null, {}]);
    }
    await visitor.play("x");
    await a.playing("x");
    const [own, other] = await refusals(JSON.stringify({ ...ping(5), method: "tools/list" }));
    expect(own).toMatchObject([503, "1", { id: 5 }]);
    expect(other).toEqual(own);
  });

  it("is its owner's there, too, who is known anew with each", async () => {
    const [a, b] = await twoNodes({ options: { authorize } });
    const visitor = await Visitor.begin(a.url, { "x-user": "ann" });
    const there = visitor.at(b.url);
    expect((await visitor.post(ping(1), { "x-user": "bob" }, there)).status).toBe(404);
    const whoami = { ...ping(2), method: "tools/call", params: { name: "whoami", arguments: {} } };
    expect((await visitor.post(whoami, { "x-scopes": "write" }, there)).status).toBe(202);
    expect(await visitor.message()).toMatchObject({ id: 2, result: { content: [{ text: "ann write" }] } });
  });

  it("has them refused with 404 once it has ended", async () => {
    const [a, b] = await twoNodes();
    const visitor = await Visitor.begin(a.url);
    const there = visitor.at(b.url);
    expect((await visitor.post(ping(1), {}, there)).status).toBe(202);
    visitor.leave();
    await a.links.none();
    await expect.poll(async () => (await visitor.post(ping(2), {}, there)).status).toBe(404);
  });

  it("is known as long as it is open", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock, options: { keepAliveMs: Infinity } });
    const visitor = await Visitor.begin(a.url);
    const there = visitor.at(b.url);
    for (let seconds = 0; seconds < 300; seconds += 30) {
      clock.advance(30_000);
      expect((await visitor.post(ping(seconds), {}, there)).status).toBe(202);
      expect(await visitor.message()).toMatchObject({ id: seconds });
    }
  });

  it("is gone when its node was drained", async () => {
    const [a, b] = await twoNodes();
    const visitor = await Visitor.begin(a.url);
    await a.drain();
    expect((await visitor.post(ping(1), {}, visitor.at(b.url))).status).toBe(404);
  });
});

describe("sessions of nodes that share a state", () => {
  it("are counted together", async () => {
    const [a, b] = await twoNodes({ options: { limits: { maxSessions: 2 } } });
    const [visitor] = [await Visitor.open(a.url), await Visitor.open(b.url)];
    for (const { url } of [a, b]) expect((await fetch(url)).status).toBe(503);
    visitor.leave();
    await a.links.none();
    await expect
      .poll(async () => {
        const response = await fetch(b.url);
        if (response.status === 200) await response.body?.cancel();
        return response.status;
      })
      .toBe(200);
  });

  it("whose node is not there any more get 503 once, as nothing was taken, and then 404", async () => {
    const state = memoryState();
    const silent = changed(state, { bus: { serve: () => Promise.resolve(() => Promise.resolve()) } });
    const gone = await startServer(new McpServer("gone", { state: silent }));
    const other = await stage({}, { state });
    const visitor = await Visitor.open(gone.url);
    const there = visitor.at(other.url);
    const response = await visitor.post(ping(1), {}, there);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.json()).toMatchObject({
      id: 1,
      error: { message: expect.stringContaining("has not taken") as string },
    });
    expect((await visitor.post(ping(2), {}, there)).status).toBe(404);
  });

  it("whose node does not answer in time get 504, to be served neither later nor twice", async () => {
    const clock = new WatchedClock();
    const [state, opened, settled] = [memoryState(), deferred(), deferred()];
    let held = false;
    const slow = changed(state, {
      bus: {
        serve: (topic, take) =>
          state.bus.serve(topic, async (message) => {
            if (!held) return take(message);
            await opened.promise;
            const answer = await take(message);
            settled.resolve();
            return answer;
          }),
      },
    });
    const options = { clock, keepAliveMs: Infinity };
    const [owner, other] = [await stage(options, { state: slow }), await stage(options, { state })];
    let calls = 0;
    owner.mcp.tool("pay", {}, () => (calls += 1));
    const visitor = await Visitor.begin(owner.url);
    held = true;
    const pay = { ...ping(7), method: "tools/call", params: { name: "pay", arguments: {} } };
    const responding = visitor.post(pay, {}, visitor.at(other.url));
    await clock.pass(5_000);
    const response = await responding;
    expect([response.status, response.headers.get("retry-after")]).toEqual([504, null]);
    expect(await response.json()).toMatchObject({
      id: 7,
      error: { code: -32603, message: expect.stringContaining("may have taken") as string },
    });
    opened.resolve();
    await settled.promise;
    expect(await visitor.request("ping")).toMatchObject({ result: {} });
    expect(calls).toBe(0);
  });

  it("get 503 where too many messages wait for other nodes", async () => {
    const [state, opened] = [memoryState(), deferred()];
    const slow = changed(state, {
      bus: {
        serve: (topic, take) => state.bus.serve(topic, (message) => opened.promise.then(() => take(message))),
      },
    });
    const take = (): undefined => undefined;
    const { report, clock } = { report: () => undefined, clock: new ManualClock() };
    const [from, to] = ["from", "to"].map(
      (node) => new Handovers({ bus: slow.bus, node, clock, take, report }),
    );
    await to?.serve();
    const message = { session: "s", principal: undefined, sent: { kind: "value", value: ping(1) } } as const;
    const waiting = Array.from({ length: 1_024 }, async () => from?.handOver("to", message));
    expect(await from?.handOver("to", message)).toMatchObject({
      kind: "refused",
      refusal: { status: 503, error: { code: -31001 }, id: 1 },
    });
    opened.resolve();
    expect(new Set((await Promise.all(waiting)).map((outcome) => outcome?.kind))).toEqual(new Set(["taken"]));
    expect(await from?.handOver("to", message)).toEqual({ kind: "taken" });
  });

  it.each([{ maxRecords: 1 }, { maxSubscriptions: 1 }])(
    "get 503 where the state is full: %j",
    async (limits) => {
      const errors: unknown[] = [];
      const state = memoryState(limits);
      await state.records.set("other", 1, { ttlMs: Infinity });
      const { url } = await stage(
        { onError: (error) => errors.push(error) },
        { state, onError: () => undefined },
      );
      const response = await fetch(url);
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(await response.json()).toMatchObject({ error: { code: -31001 } });
      expect(errors).toEqual([]);
    },
  );

  it("get 503 for messages where the bus is full", async () => {
    const [state, opened, asked] = [memoryState({ maxRequests: 1 }), deferred(), deferred()];
    const slow = changed(state, {
      bus: {
        serve: (topic, take) =>
          state.bus.serve(topic, (message) => {
            asked.resolve();
            return opened.promise.then(() => take(message));
          }),
      },
    });
    const [owner, other] = [await stage({}, { state: slow }), await stage({}, { state })];
    const visitor = await Visitor.begin(owner.url);
    const there = visitor.at(other.url);
    const first = visitor.post(ping(1), {}, there);
    await asked.promise;
    const second = await visitor.post(ping(2), {}, there);
    expect([second.status, second.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await second.json()).toMatchObject({ id: 2, error: { code: -31001 } });
    opened.resolve();
    expect((await first).status).toBe(202);
  });

  it("are not opened while the state is away, and its failure is told to the author", async () => {
    const errors: unknown[] = [];
    const state = memoryState();
    await state.close();
    const { url } = await stage(
      { onError: (error) => errors.push(error) },
      { state, onError: () => undefined },
    );
    expect((await fetch(url)).status).toBe(500);
    expect(errors).toMatchObject([{ code: "state-closed" }]);
  });
});

describe("nodes that share nothing", () => {
  it("know only their own sessions", async () => {
    const [a, b] = [await stage(), await stage()];
    const visitor = await Visitor.begin(a.url);
    expect((await visitor.post(ping(1), {}, visitor.at(b.url))).status).toBe(404);
  });
});
