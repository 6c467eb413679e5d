import { describe, expect, it } from "vitest";
import type { State } from "../../state/contract.js";
import { scopedState } from "../../state/scoped.js";
import { memoryState } from "../../state/memory/memory-state.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { nodeView } from "../../testing/cluster/node-view.js";
import { Presence } from "./presence.js";

const turn = (): Promise<void> => new Promise(setImmediate);

async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    clock.advance(500);
    await turn();
  }
}

function nodeOf(state: State, clock: ManualClock): Presence {
  return new Presence({
    records: state.records,
    clock,
    card: () => Promise.resolve({}),
    check: () => undefined,
    report: () => undefined,
  });
}

function two(clock: ManualClock) {
  const state = memoryState({ clock });
  const [here, there] = [nodeView(state), nodeView(state)];
  return { here, there, a: nodeOf(here, clock), b: nodeOf(there, clock) };
}

describe("a node", () => {
  it("is there for as long as it lives", async () => {
    const clock = new ManualClock();
    const { a, b } = two(clock);
    await a.join();
    const gone: string[] = [];
    b.watch(a.id, () => gone.push("gone"));
    await pass(clock, 120_000);
    expect(gone).toEqual([]);
  });

  it("is gone a while after it crashed, for everybody who watches it, once", async () => {
    const clock = new ManualClock();
    const { a, b, here } = two(clock);
    await a.join();
    const gone: number[] = [];
    for (const watcher of [1, 2]) b.watch(a.id, () => gone.push(watcher));
    b.watch(a.id, () => gone.push(3))();
    here.kill();
    await pass(clock, 5_000);
    expect(gone).toEqual([]);
    await pass(clock, 20_000);
    expect(gone).toEqual([1, 2]);
  });

  it("is gone soon after it has left, and comes back by joining", async () => {
    const clock = new ManualClock();
    const { a, b } = two(clock);
    await a.join();
    const gone: string[] = [];
    b.watch(a.id, () => gone.push("gone"));
    await a.leave();
    await pass(clock, 10_000);
    expect(gone).toEqual(["gone"]);
    b.watch("never was", () => gone.push("never"));
    await pass(clock, 10_000);
    expect(gone).toEqual(["gone", "never"]);
  });

  it("is not gone while the state is away, nor right after", async () => {
    const clock = new ManualClock();
    const { a, b, here, there } = two(clock);
    await a.join();
    const gone: string[] = [];
    b.watch(a.id, () => gone.push("gone"));
    for (const view of [here, there]) view.cutOff();
    await pass(clock, 60_000);
    for (const view of [there, here]) view.reconnect();
    await pass(clock, 60_000);
    expect(gone).toEqual([]);
  });

  it("does not watch itself, and lets its clock rest once the state is closed", async () => {
    const clock = new ManualClock();
    const { a, here } = two(clock);
    await a.join();
    a.watch(a.id, () => expect.unreachable());
    expect(clock.pending).toBeGreaterThan(0);
    await here.close();
    await pass(clock, 20_000);
    const left = clock.pending;
    await pass(clock, 20_000);
    expect(clock.pending).toBe(left);
  });

  it("can join again where it could not at first", async () => {
    const clock = new ManualClock();
    const { a, here } = two(clock);
    here.cutOff();
    await expect(a.join()).rejects.toMatchObject({ code: "unavailable" });
    here.reconnect();
    await a.join();
  });
});

describe("those who join a node", () => {
  it("keep it there until the last of them has left", async () => {
    const clock = new ManualClock();
    const { a, b } = two(clock);
    await Promise.all([a.join(), a.join()]);
    await a.leave();
    await pass(clock, 30_000);
    expect(await b.isThere(a.id)).toBe(true);
    await a.leave();
    expect(await b.isThere(a.id)).toBe(false);
    await a.join();
    expect(await b.isThere(a.id)).toBe(true);
  });

  it("may do so while the state is away, to be known once it is back", async () => {
    const clock = new ManualClock();
    const { a, b, here } = two(clock);
    here.cutOff();
    a.joinLater();
    await pass(clock, 10_000);
    here.reconnect();
    await pass(clock, 5_000);
    expect(await b.isThere(a.id)).toBe(true);
  });

  it("go on beating when the state leaves a beat without an answer", async () => {
    const clock = new ManualClock();
    const state = memoryState({ clock });
    let hangs = false;
    const { records } = scopedState(state, "s");
    const set: typeof records.set = (...how) => (hangs ? new Promise(() => undefined) : records.set(...how));
    const a = nodeOf({ ...state, records: { ...records, set } }, clock);
    await a.join();
    hangs = true;
    await pass(clock, 2_000);
    hangs = false;
    await pass(clock, 30_000);
    expect(await a.isThere(a.id)).toBe(true);
  });
});

describe("a node that leaves while it joins", () => {
  it("is not kept there", async () => {
    const clock = new ManualClock();
    const { a, b } = two(clock);
    const joined = a.join();
    await a.leave();
    await joined;
    await pass(clock, 20_000);
    expect(await b.isThere(a.id)).toBe(false);
  });
});
