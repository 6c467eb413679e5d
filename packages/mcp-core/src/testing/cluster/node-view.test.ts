import { describe, expect, it } from "vitest";
import type { State } from "../../state/contract.js";
import { memoryState } from "../../state/memory/memory-state.js";
import { ManualClock } from "../manual-clock.js";
import { stateContract } from "../state-contract.js";
import { nodeView, type NodeView } from "./node-view.js";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const onError = (): void => undefined;
const kept = { ttlMs: 60_000 };
const soon = { timeoutMs: 1_000 };

describe.concurrent("views of one state", () => {
  const cases = stateContract(() => {
    const clock = new ManualClock();
    const state = memoryState({ clock, onError });
    return { state: nodeView(state), peer: nodeView(state), advance: (ms) => clock.advance(ms) };
  });
  for (const { name, run } of cases) it(`are states: ${name}`, run);
});

describe.concurrent("views of a state that is far away", () => {
  const cases = stateContract(() => {
    const clock = new ManualClock();
    const state = memoryState({ clock, onError });
    const view = (): State => nodeView(state, { delay: turn });
    return { state: view(), peer: view(), advance: (ms) => clock.advance(ms) };
  });
  for (const { name, run } of cases) it(`are states: ${name}`, run);
});

interface Setup {
  readonly state: State;
  readonly clock: ManualClock;
  readonly one: NodeView;
  readonly other: NodeView;
}

function setup(): Setup {
  const clock = new ManualClock();
  const state = memoryState({ clock });
  return { state, clock, one: nodeView(state), other: nodeView(state) };
}

/** What has become of a promise after a few turns. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  const waiting = turn()
    .then(turn)
    .then(() => "waiting");
  return Promise.race([
    promise.then(
      (value) => ["settled", value],
      (error: unknown) => ["rejected", (error as { code?: unknown }).code],
    ),
    waiting,
  ]);
}

describe("a view that was closed", () => {
  it("leaves the state and the other views alone", async () => {
    const { state, one, other } = setup();
    await one.records.set("a", 1, kept);
    await one.close();
    expect([one.available, other.available, state.available]).toEqual([false, true, true]);
    expect(await other.records.get("a")).toMatchObject({ value: 1 });
  });

  it("ends its own readers alone", async () => {
    const { one, other } = setup();
    await one.logs.create("log");
    const [own, others] = [await one.logs.read("log"), await other.logs.read("log")];
    const next = others.next();
    await one.close();
    expect(await outcomeOf(own.next())).toEqual(["rejected", "state-closed"]);
    await other.logs.append("log", "x");
    expect(await next).toMatchObject({ value: { data: "x" } });
  });

  it("serves no more", async () => {
    const { one, other } = setup();
    await one.bus.serve("topic", () => 1);
    await one.close();
    expect(await outcomeOf(other.bus.request("topic", 0, soon))).toEqual(["rejected", "no-answer"]);
  });
});

describe("a view that was killed", () => {
  it("settles none of its calls, whether they were made before or after", async () => {
    const { one, other } = setup();
    await other.bus.serve("topic", () => new Promise<never>(() => undefined));
    await one.logs.create("log");
    const reader = await one.logs.read("log");
    const before = [one.bus.request("topic", 1, soon), reader.next(), one.records.get("a")];
    one.kill();
    const after = [one.records.get("a"), one.logs.append("log", "x"), reader.next(), one.bus.publish("t", 1)];
    for (const call of [...before, ...after]) expect(await outcomeOf(call)).toBe("waiting");
    expect(one.available).toBe(false);
  });

  it("changes nothing any more", async () => {
    const { one, other } = setup();
    await one.logs.create("log");
    const heard: unknown[] = [];
    await other.bus.subscribe("topic", (message) => void heard.push(message));
    one.kill();
    void one.records.set("a", 1, kept);
    void one.logs.append("log", "x");
    void one.bus.publish("topic", 1);
    await turn();
    expect(await other.records.get("a")).toBeUndefined();
    expect(await other.logs.info("log")).toMatchObject({ entries: 0 });
    expect(heard).toEqual([]);
  });

  it("hears nothing, and serves nobody", async () => {
    const { one, other } = setup();
    const heard: unknown[] = [];
    await one.bus.subscribe("topic", (message) => void heard.push(message));
    await one.bus.serve("topic", () => 1);
    one.kill();
    await other.bus.publish("topic", 1);
    expect(await outcomeOf(other.bus.request("topic", 0, soon))).toEqual(["rejected", "no-answer"]);
    expect(heard).toEqual([]);
  });

  it("owes what it was asked before", async () => {
    const { clock, one, other } = setup();
    let answer: (value: number) => void = () => undefined;
    await one.bus.serve("topic", () => new Promise<number>((resolve) => (answer = resolve)));
    const request = other.bus.request("topic", 0, soon);
    await turn();
    one.kill();
    answer(1);
    expect(await outcomeOf(request)).toBe("waiting");
    clock.advance(1_000);
    expect(await outcomeOf(request)).toEqual(["rejected", "no-answer"]);
  });

  it("leaves no reader, subscription or timer behind", async () => {
    const clock = new ManualClock();
    const state = memoryState({ clock, maxReaders: 1, maxSubscriptions: 1, maxRequests: 1 });
    for (let round = 0; round < 3; round++) {
      const one = nodeView(state);
      await one.logs.create("log");
      void (await one.logs.read("log")).next();
      await one.bus.serve("topic", () => new Promise<never>(() => undefined));
      void one.bus.request("topic", 1, soon);
      await turn();
      one.kill();
      await turn();
    }
    expect(await outcomeOf(state.bus.request("topic", 1, soon))).toEqual(["rejected", "no-answer"]);
  });
});

describe("a view that is cut off", () => {
  it("rejects calls, those under way included, until it is back", async () => {
    const { one, other } = setup();
    await other.bus.serve("topic", () => new Promise<never>(() => undefined));
    const asked = one.bus.request("topic", 1, soon);
    one.cutOff();
    expect(await outcomeOf(asked)).toEqual(["rejected", "unavailable"]);
    expect(await outcomeOf(one.records.get("a"))).toEqual(["rejected", "unavailable"]);
    expect([one.available, other.available]).toEqual([false, true]);
    one.reconnect();
    expect(await outcomeOf(one.records.get("a"))).toEqual(["settled", undefined]);
    expect(one.available).toBe(true);
  });

  it("reads on when it is back", async () => {
    const { one, other } = setup();
    await one.logs.create("log");
    const next = (await one.logs.read("log")).next();
    one.cutOff();
    await other.logs.append("log", "x");
    expect(await outcomeOf(next)).toBe("waiting");
    one.reconnect();
    expect(await next).toMatchObject({ value: { data: "x" } });
  });

  it("misses what is published meanwhile, and is told so once", async () => {
    const { one, other } = setup();
    const heard: unknown[] = [];
    const onGap = (): void => void heard.push("gap");
    const stop = await one.bus.subscribe("topic", (message) => void heard.push(message), { onGap });
    one.cutOff();
    await other.bus.publish("topic", 1);
    await turn();
    one.reconnect();
    one.reconnect();
    await other.bus.publish("topic", 2);
    await turn();
    expect(heard).toEqual(["gap", 2]);
    await stop();
    one.cutOff();
    one.reconnect();
    expect(heard).toEqual(["gap", 2]);
  });

  it("is asked nothing meanwhile", async () => {
    const { one, other } = setup();
    await one.bus.serve("topic", () => 1);
    one.cutOff();
    expect(await outcomeOf(other.bus.request("topic", 0, soon))).toEqual(["rejected", "no-answer"]);
    one.reconnect();
    expect(await outcomeOf(other.bus.request("topic", 0, soon))).toEqual(["settled", 1]);
  });
});
