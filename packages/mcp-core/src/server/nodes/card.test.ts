import { nextTurn } from "@towpath/test-support/next-turn.js";
import { describe, expect, it } from "vitest";
import { memoryState } from "../../state/memory/memory-state.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { nodeView } from "../../testing/cluster/node-view.js";
import type { State } from "../../state/contract.js";
import type { ServerTransport } from "../../contract/index.js";
import { McpServer } from "../server.js";

const key = (name: string): string => name.repeat(32);
const [OLD, NEW] = [key("a"), key("b")];

const quiet: ServerTransport = {
  name: "quiet",
  start: () => Promise.resolve({ closed: new Promise(() => undefined), drain: () => Promise.resolve() }),
};

/** Starts a server, and lets the time pass that it takes to be sure of a disagreement. */
async function start(state: State, stateKeys?: readonly string[], name = "s"): Promise<unknown> {
  const clock = new ManualClock();
  const options = { state: nodeView(state), clock, ...(stateKeys && { stateKeys }) };
  return settledWhile(clock, new McpServer(name, options).start(quiet));
}

/** What was promised, as time passes: what else it waits for, such as keys being made, takes turns of its own. */
async function settledWhile<T>(clock: ManualClock, promised: Promise<T>): Promise<T> {
  const progress = { settled: false };
  const settle = (): void => void (progress.settled = true);
  promised.then(settle, settle);
  await passUntil(clock, () => progress.settled);
  return promised;
}

async function passUntil(clock: ManualClock, done: () => boolean): Promise<void> {
  while (!done()) {
    await nextTurn();
    clock.advance(1_000);
  }
}

describe("nodes that share a state", () => {
  it.each<[string, readonly string[] | undefined, readonly string[] | undefined]>([
    ["have the same keys", [OLD], [OLD]],
    ["have none of their own", undefined, undefined],
    ["learn of a new one before it seals", [OLD], [OLD, NEW]],
    ["seal with a new one that all know", [OLD, NEW], [NEW, OLD]],
    ["forget the old one last", [NEW, OLD], [NEW]],
  ])("start when they %s", async (_, first, second) => {
    const state = memoryState();
    await start(state, first);
    await expect(start(state, second)).resolves.toBeDefined();
  });

  it.each<[string, readonly string[] | undefined, readonly string[] | undefined]>([
    ["have others", [OLD], [NEW]],
    ["seal with one that the others do not know yet", [OLD], [NEW, OLD]],
    ["have some where the others have none", undefined, [OLD]],
    ["have none where the others have some", [OLD], undefined],
  ])("do not start when they %s", async (_, first, second) => {
    const state = memoryState();
    await start(state, first);
    await expect(start(state, second)).rejects.toThrow(
      /could not open what the other seals.*TOWPATH_STATE_KEYS/,
    );
  });

  it("say which keys, and no secret", async () => {
    const state = memoryState();
    await start(state, [OLD]);
    const failure = await start(state, [NEW]).catch((error: unknown) => String(error));
    expect(failure).toMatch(/it seals with key [\w-]+, this one with key [\w-]+/);
    for (const secret of [OLD, NEW]) expect(failure).not.toContain(secret);
  });

  it("have nothing to agree on with another server, or with one that has ended", async () => {
    const state = memoryState();
    await start(state, [OLD], "one");
    await expect(start(state, [NEW], "other")).resolves.toBeDefined();
  });

  it("start once a node with other keys, that has crashed, is known to be gone", async () => {
    const clock = new ManualClock();
    const state = memoryState({ clock });
    const crashed = nodeView(state);
    await start(crashed, [OLD]);
    crashed.kill();
    const options = { state: nodeView(state), clock, stateKeys: [NEW] };
    const started = new McpServer("s", options).start(quiet);
    await expect(settledWhile(clock, started)).resolves.toBeDefined();
  });

  it("that turn out to disagree after the state was away say so", async () => {
    const clock = new ManualClock();
    const state = memoryState();
    await start(state, [OLD]);
    const view = nodeView(state);
    view.cutOff();
    const told: unknown[] = [];
    const onError = (error: unknown): void => void told.push(error);
    const mcp = new McpServer("s", { state: view, clock, stateKeys: [NEW], onError });
    await mcp.start(quiet);
    expect(mcp.nodes?.disagreement).toBeUndefined();
    view.reconnect();
    await passUntil(clock, () => mcp.nodes?.disagreement !== undefined);
    expect(mcp.nodes?.disagreement?.message).toContain("could not open what the other seals");
    expect(told).toHaveLength(2);
  });

  it("start while the state is away, as not everything needs it", async () => {
    const view = nodeView(memoryState());
    view.cutOff();
    const told: unknown[] = [];
    const mcp = new McpServer("s", { state: view, onError: (error) => told.push(error) });
    await mcp.start(quiet);
    expect(told).toEqual([expect.objectContaining({ code: "unavailable" })]);
  });
});
