import { McpServer, memoryState, StateUnavailableError } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import type { Nodes, Peer } from "@towpath/mcp-core/transport";
import { describe, expect, it } from "vitest";
import type { SseOptions } from "../../src/index.js";
import { changed } from "../support/changed-state.js";
import { stage, stagedServer, twoNodes } from "../support/stage.js";
import { startServer } from "../support/start-server.js";
import { initialize, Visitor } from "../support/visitor.js";

const authorize: SseOptions["authorize"] = ({ headers }) => ({
  id: headers.get("x-user") ?? "nobody",
  scopes: [headers.get("x-scopes") ?? ""],
});

const ping = (id: number): object => ({ jsonrpc: "2.0", id, method: "ping" });

/** A node that knows of no others. */
const lonely: Nodes = {
  id: "lonely",
  disagreement: undefined,
  join: () => Promise.resolve(),
  leave: () => Promise.resolve(),
  isThere: () => Promise.resolve(false),
  watch: () => () => undefined,
};

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
    for (let seconds = 0; seconds < 120; seconds += 10) {
      clock.advance(10_000);
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

describe("a node", () => {
  it("is known to the others from its first session to the end of its drain", async () => {
    const [a, b] = await twoNodes();
    const isThere = async (): Promise<boolean | undefined> => b.mcp.nodes?.isThere(a.mcp.nodes?.id ?? "");
    expect(await isThere()).toBe(false);
    await Visitor.begin(a.url);
    expect(await isThere()).toBe(true);
    await a.drain();
    expect(await isThere()).toBe(false);
  });

  it("is there until all of its endpoints are drained, and they take messages for each other", async () => {
    const state = memoryState();
    const mcp = new McpServer("two ports", { state });
    const [one, two] = [await startServer(mcp), await startServer(mcp)];
    const visitor = await Visitor.begin(one.url);
    expect((await visitor.post(ping(7), {}, visitor.at(two.url))).status).toBe(202);
    expect(await visitor.message()).toMatchObject({ id: 7, result: {} });
    await Visitor.begin(two.url);
    const [node = "", other] = [mcp.nodes?.id, new McpServer("two ports", { state })];
    await one.drain();
    expect(await other.nodes?.isThere(node)).toBe(true);
    await two.drain();
    expect(await other.nodes?.isThere(node)).toBe(false);
  });

  it("joins the others with a later session where the state is away at the first", async () => {
    const state = memoryState();
    let away = true;
    const flaky = changed(state, {
      records: {
        set: (...record) =>
          away ? Promise.reject(new StateUnavailableError("away")) : state.records.set(...record),
      },
    });
    const [a, b] = [await stage({}, { state: flaky }), await stage({}, { state })];
    const isThere = async (): Promise<boolean | undefined> => b.mcp.nodes?.isThere(a.mcp.nodes?.id ?? "");
    const refused = await fetch(a.url);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    away = false;
    await Visitor.begin(a.url);
    expect(await isThere()).toBe(true);
    await a.drain();
    expect(await isThere()).toBe(false);
  });

  it("that cannot serve together with the others opens no session, and the author is told why", async () => {
    const errors: unknown[] = [];
    const state = memoryState();
    const { mcp } = stagedServer();
    const join = (): Promise<void> => Promise.reject(new Error("cannot open what others seal"));
    const nodes: Nodes = { ...lonely, join };
    const { url } = await startServer(
      { open: (peer: Peer) => mcp.open(peer), state, nodes },
      { onError: (error) => errors.push(error) },
    );
    expect((await fetch(url)).status).toBe(500);
    expect(errors).toMatchObject([{ message: "cannot open what others seal" }]);
  });

  it("is not ready once it was found that it cannot", async () => {
    const { mcp } = stagedServer();
    const ready = async (nodes: Nodes): Promise<number> => {
      const dispatcher = { open: (peer: Peer) => mcp.open(peer), state: memoryState(), nodes };
      return (await fetch(new URL("/ready", (await startServer(dispatcher)).url))).status;
    };
    expect(await ready(lonely)).toBe(200);
    expect(await ready({ ...lonely, disagreement: new Error("cannot open what others seal") })).toBe(503);
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

  it("are not opened where the state fails, which is told to the author", async () => {
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

describe("a drain of a node", () => {
  it("ends although the state hangs, and says so", async () => {
    const errors: unknown[] = [];
    const state = memoryState();
    const hanging = changed(state, { records: { delete: () => new Promise(() => undefined) } });
    const { url, drain } = await stage({ onError: (error) => errors.push(error) }, { state: hanging });
    const visitor = await Visitor.begin(url);
    await drain({ timeoutMs: Infinity });
    expect(await visitor.rest()).toEqual([]);
    expect(errors).toMatchObject([{ message: expect.stringContaining("did not answer") as string }]);
  });
});

describe("a principal that JSON cannot carry", () => {
  it("opens no session where nodes share a state, and the author is told why", async () => {
    const errors: unknown[] = [];
    const options: SseOptions = {
      authorize: () => ({ id: "ann", claims: { account: 10n } }),
      onError: (error) => errors.push(error),
    };
    const { url } = await stage(options, { state: memoryState() });
    expect((await fetch(url)).status).toBe(500);
    expect(errors).toMatchObject([
      { name: "TypeError", message: expect.stringMatching(/authorize.*"ann".*BigInt/) as string },
    ]);
    const alone = await stage(options);
    await Visitor.open(alone.url);
  });
});

describe("endpoints that share a state", () => {
  it.each([{ path: "/other" }, { messagePath: "/elsewhere" }])(
    "know and count only sessions of their own paths: %j",
    async (paths) => {
      const state = memoryState();
      const limits = { maxSessions: 1 };
      const [a, b] = [await stage({ limits }, { state }), await stage({ limits, ...paths }, { state })];
      const [one, other] = [await Visitor.begin(a.url), await Visitor.begin(b.url)];
      const there = new URL(other.endpoint);
      there.search = one.endpoint.search;
      expect((await one.post(ping(1), {}, there)).status).toBe(404);
    },
  );
});

describe("nodes that share nothing", () => {
  it("know only their own sessions", async () => {
    const [a, b] = [await stage(), await stage()];
    const visitor = await Visitor.begin(a.url);
    expect((await visitor.post(ping(1), {}, visitor.at(b.url))).status).toBe(404);
  });
});
