import { describe, expect, it } from "vitest";
import { memoryState } from "../../state/index.js";
import { nodeView } from "../../testing/cluster/node-view.js";
import { settled } from "../../../test/support/link.js";
import { Changes, type Change } from "./changes.js";

const CHANGED = "notifications/quotes/changed";

/** The changes of one node, and on which topics it hears others, the latter as numbers of subscriptions. */
function node(state = memoryState()) {
  const view = nodeView(state);
  const failures: unknown[] = [];
  const topics = new Map<string, number>();
  let carried = 0;
  const count = (topic: string, by: number): void => {
    const now = (topics.get(topic) ?? 0) + by;
    if (now === 0) topics.delete(topic);
    else topics.set(topic, now);
  };
  const { subscribe } = view.bus;
  view.bus.subscribe = async (topic, listener, options) => {
    const hear = (message: Parameters<typeof listener>[0]): void => {
      carried += 1;
      void listener(message);
    };
    const stop = await subscribe(topic, hear, options);
    count(topic, 1);
    return async () => {
      count(topic, -1);
      await stop();
    };
  };
  const changes = new Changes(view.bus, (error) => failures.push(error));
  return { view, changes, topics, failures, carried: () => carried };
}

function collecting() {
  const heard: unknown[] = [];
  return { heard, hearer: ({ params }: Change): void => void heard.push(params?.["quote"]) };
}

describe("what is announced on a channel", () => {
  it("is heard by those who hear the channel, on whichever node, and by no others", async () => {
    const state = memoryState();
    const [here, there] = [node(state), node(state)];
    await Promise.all([here.changes.start(), there.changes.start()]);
    const [own, other, all] = [collecting(), collecting(), collecting()];
    there.changes.hear(all.hearer);
    await Promise.all([
      there.changes.hearOn("a", own.hearer).begun,
      there.changes.hearOn("b", other.hearer).begun,
    ]);
    here.changes.announce(CHANGED, { quote: 1 }, { channel: "a" });
    here.changes.announce(CHANGED, { quote: 2 });
    await settled();
    expect([own.heard, other.heard, all.heard]).toEqual([[1], [], [2]]);
  });

  it("comes to no node on which nobody hears it", async () => {
    const state = memoryState();
    const [here, there] = [node(state), node(state)];
    await there.changes.start();
    there.changes.hear(() => undefined);
    here.changes.announce(CHANGED, { quote: 1 }, { channel: "a" });
    await settled();
    expect(there.carried()).toBe(0);
  });

  it("is carried once for all who hear it, and no longer than anybody does", async () => {
    const { changes, topics } = node();
    const hearings = [1, 2, 3].map(() => changes.hearOn("a", () => undefined));
    await Promise.all(hearings.map(({ begun }) => begun));
    expect([...topics]).toEqual([["towpath/changes/a", 1]]);
    for (const { stop } of hearings) stop();
    await settled();
    expect([...topics]).toEqual([]);
  });

  it("is heard by who begins as another stops", async () => {
    const { changes } = node();
    const first = changes.hearOn("a", () => undefined);
    first.stop();
    const { heard, hearer } = collecting();
    await changes.hearOn("a", hearer).begun;
    first.stop();
    await settled();
    changes.announce(CHANGED, { quote: 1 }, { channel: "a" });
    await settled();
    expect(heard).toEqual([1]);
  });

  it("is one with what is equal in the same turn, on the same channel", async () => {
    const { changes } = node();
    const { heard, hearer } = collecting();
    await Promise.all(["a", "b"].map((channel) => changes.hearOn(channel, hearer).begun));
    for (const channel of ["a", "a", "b"]) changes.announce(CHANGED, { quote: 1 }, { channel });
    await settled();
    expect(heard).toEqual([1, 1]);
  });

  it("hurts nobody else where a hearer throws", async () => {
    const { changes, failures } = node();
    const { heard, hearer } = collecting();
    const failing = changes.hearOn("a", () => {
      throw new Error("from a hearer");
    });
    await Promise.all([failing.begun, changes.hearOn("a", hearer).begun]);
    changes.announce(CHANGED, { quote: 1 }, { channel: "a" });
    await settled();
    expect([heard, failures]).toEqual([[1], [new Error("from a hearer")]]);
  });

  it("is heard within a process that shares nothing", async () => {
    const changes = new Changes(undefined, () => undefined);
    const { heard, hearer } = collecting();
    await changes.hearOn("a", hearer).begun;
    changes.announce(CHANGED, { quote: 1 }, { channel: "a" });
    changes.announce(CHANGED, { quote: 2 }, { channel: "b" });
    await settled();
    expect(heard).toEqual([1]);
  });
});

describe("who hears a channel", () => {
  it("is told that something may have been missed, when the state was away", async () => {
    const { view, changes } = node();
    let missed = 0;
    await changes.hearOn("a", () => undefined, { missed: () => (missed += 1) }).begun;
    view.cutOff();
    view.reconnect();
    await settled();
    expect(missed).toBe(1);
  });

  it("hears it when the state is back, where it was away at first, and is told what may have been missed", async () => {
    const { view, changes } = node();
    const { heard, hearer } = collecting();
    let missed = 0;
    await changes.start();
    view.cutOff();
    const { begun } = changes.hearOn("a", hearer, { missed: () => (missed += 1) });
    await expect(begun).rejects.toMatchObject({ code: "unavailable" });
    view.reconnect();
    await settled();
    changes.announce(CHANGED, { quote: 1 }, { channel: "a" });
    await settled();
    expect([heard, missed]).toEqual([[1], 1]);
  });
});
