import { McpServer, memoryState, type State } from "@towpath/mcp-core";
import { ManualClock, nodeView } from "@towpath/mcp-core/testing";
import type { Peer } from "@towpath/mcp-core/transport";
import { deferred } from "@towpath/test-support/deferred.js";
import { describe, expect, it } from "vitest";
import { Handovers } from "../../src/server/handovers.js";
import { changed } from "../support/changed-state.js";
import { stage } from "../support/stage.js";
import { startServer, type Started } from "../support/start-server.js";
import { Visitor } from "../support/visitor.js";
import { WatchedClock } from "../support/watched-clock.js";

const ping = (id: number): object => ({ jsonrpc: "2.0", id, method: "ping" });

describe("sessions of nodes that share a state", () => {
  it("whose node is cut off from the state for a moment get 503, as nothing was taken, and go on", async () => {
    const state = memoryState();
    const view = nodeView(state);
    const [owner, other] = [await stage({}, { state: view }), await stage({}, { state: nodeView(state) })];
    const visitor = await Visitor.begin(owner.url);
    const there = visitor.at(other.url);
    view.cutOff();
    for (const id of [1, 2]) {
      const response = await visitor.post(ping(id), {}, there);
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(await response.json()).toMatchObject({
        id,
        error: { code: -31001, message: expect.stringContaining("has not taken") as string },
      });
    }
    view.reconnect();
    expect((await visitor.post(ping(3), {}, there)).status).toBe(202);
    expect(await visitor.nextResponse()).toMatchObject({ id: 3, result: {} });
  });

  it("whose node has crashed get 404 once that is known, and make room for others", async () => {
    const clock = new ManualClock();
    const state = memoryState({ clock });
    const view = nodeView(state);
    const options = { clock, keepAliveMs: Infinity, limits: { maxSessions: 1 }, onError: () => undefined };
    const owner = await stage(options, { state: view, clock });
    const other = await stage(options, { state, clock });
    const visitor = await Visitor.begin(owner.url);
    const there = visitor.at(other.url);
    view.kill();
    expect((await visitor.post(ping(1), {}, there)).status).toBe(503);
    clock.advance(8_000);
    const response = await visitor.post(ping(2), {}, there);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ id: 2 });
    await Visitor.open(other.url);
  });

  it("are known until they run out where nobody knows which nodes there are", async () => {
    const clock = new ManualClock();
    const state = memoryState({ clock });
    const view = nodeView(state);
    const nodeWith = async (shared: State): Promise<Started> => {
      const mcp = new McpServer("wrapped");
      const wrapper = { open: (peer: Peer) => mcp.open(peer), state: shared };
      return startServer(wrapper, { clock, keepAliveMs: Infinity, onError: () => undefined });
    };
    const [owner, other] = [await nodeWith(view), await nodeWith(state)];
    const visitor = await Visitor.begin(owner.url);
    const there = visitor.at(other.url);
    expect((await visitor.post(ping(1), {}, there)).status).toBe(202);
    view.kill();
    clock.advance(29_999);
    expect((await visitor.post(ping(2), {}, there)).status).toBe(503);
    clock.advance(1);
    expect((await visitor.post(ping(3), {}, there)).status).toBe(404);
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

  it.each([
    { aheadMs: 4_999, outcome: { kind: "taken" }, taken: 1 },
    {
      aheadMs: 5_000,
      outcome: {
        kind: "refused",
        refusal: {
          status: 503,
          error: { message: expect.stringMatching(/has not taken.*clocks/) as string },
          id: 1,
        },
      },
      taken: 0,
    },
  ])(
    "take what comes within five seconds, by the time of day: $aheadMs",
    async ({ aheadMs, ...expected }) => {
      const { bus } = memoryState();
      const clock = new ManualClock();
      let taken = 0;
      const take = (): undefined => void (taken += 1);
      const from = new Handovers({ bus, endpoint: "from", clock, now: () => 1_000, take });
      const to = new Handovers({ bus, endpoint: "to", clock, now: () => 1_000 + aheadMs, take });
      await to.serve();
      const message = {
        session: "s",
        principal: undefined,
        sent: { kind: "value", value: ping(1) },
      } as const;
      expect(await from.handOver("to", message)).toMatchObject(expected.outcome);
      expect(taken).toBe(expected.taken);
    },
  );

  it("get 503 where too many messages wait for other nodes", async () => {
    const [state, opened] = [memoryState(), deferred()];
    const slow = changed(state, {
      bus: {
        serve: (topic, take) => state.bus.serve(topic, (message) => opened.promise.then(() => take(message))),
      },
    });
    const take = (): undefined => undefined;
    const clock = new ManualClock();
    const [from, to] = ["from", "to"].map(
      (endpoint) => new Handovers({ bus: slow.bus, endpoint, clock, now: () => 0, take }),
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
      await state.bus.subscribe("other", () => undefined);
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
});
