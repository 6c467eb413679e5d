import assert from "node:assert/strict";
import type { JsonValue } from "../../jsonrpc/messages.js";
import type { Bus } from "../../state/contract.js";
import { LONG_MS, ODD_NAMES, race, rejects, type Cases } from "./stage.js";

const patient = { timeoutMs: LONG_MS };

/** Subscribes, and gives what has arrived and a promise of the time when `count` messages have. */
async function listen(bus: Bus, topic: string, count: number) {
  const messages: JsonValue[] = [];
  let arrived: () => void = () => undefined;
  const complete = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const stop = await bus.subscribe(topic, (message) => {
    messages.push(message);
    if (messages.length === count) arrived();
  });
  return { messages, complete, stop };
}

export const busCases: Cases = {
  "hands each message to every subscriber on every node, once and in order": async ({
    state,
    peer,
    unique,
  }) => {
    const topic = unique();
    const listeners = [];
    for (const { bus } of [state, state, peer]) listeners.push(await listen(bus, topic, 20));
    const sent = Array.from({ length: 20 }, (_, i) => ({ i }));
    await Promise.all(sent.map((message) => state.bus.publish(topic, message)));
    for (const { complete } of listeners) await complete;
    for (const { messages } of listeners) assert.deepEqual(messages, sent);
  },

  "has no trouble with a topic nobody listens to": async ({ state, unique }) => {
    await state.bus.publish(unique(), { to: "nobody" });
  },

  "keeps topics apart, whatever their names": async ({ state, peer, unique }) => {
    const prefix = unique();
    const listeners = [];
    for (const name of ODD_NAMES) listeners.push(await listen(peer.bus, prefix + name, 1));
    for (const name of ODD_NAMES) await state.bus.publish(prefix + name, name);
    for (const { complete } of listeners) await complete;
    assert.deepEqual(
      listeners.map(({ messages }) => messages),
      ODD_NAMES.map((name) => [name]),
    );
  },

  "hands out messages by value": async ({ state, unique }) => {
    const topic = unique();
    await state.bus.subscribe(topic, (message) => void Object.assign(message as object, { changed: true }));
    const second = await listen(state.bus, topic, 1);
    const message = { list: [1] };
    const published = state.bus.publish(topic, message);
    message.list.push(2);
    await published;
    await second.complete;
    assert.deepEqual(second.messages, [{ list: [1] }]);
  },

  "delivers nothing after the end of a subscription": async ({ state, peer, unique }) => {
    const topic = unique();
    const left = await listen(state.bus, topic, 1);
    const stays = await listen(state.bus, topic, 2);
    await peer.bus.publish(topic, 1);
    await left.complete;
    await left.stop();
    await left.stop();
    await peer.bus.publish(topic, 2);
    await stays.complete;
    assert.deepEqual(left.messages, [1]);
    assert.deepEqual(stays.messages, [1, 2]);
  },

  "serves everybody else when a listener throws or rejects": async ({ state, unique }) => {
    const topic = unique();
    await state.bus.subscribe(topic, () => {
      throw new Error("a listener threw");
    });
    await state.bus.subscribe(topic, () => Promise.reject(new Error("a listener rejected")));
    const other = await listen(state.bus, topic, 2);
    await state.bus.publish(topic, 1);
    await state.bus.publish(topic, 2);
    await other.complete;
    assert.deepEqual(other.messages, [1, 2]);
  },

  "lets one function subscribe twice": async ({ state, unique }) => {
    const topic = unique();
    let calls = 0;
    const listener = (): void => {
      calls++;
    };
    const stop = await state.bus.subscribe(topic, listener);
    await state.bus.subscribe(topic, listener);
    await stop();
    const marker = await listen(state.bus, topic, 1);
    await state.bus.publish(topic, null);
    await marker.complete;
    assert.equal(calls, 1);
  },

  "brings back the answer from the other node": async ({ state, peer, unique }) => {
    const topic = unique();
    await peer.bus.serve(topic, (message) => ({ echo: message }));
    assert.deepEqual(await state.bus.request(topic, { a: [1] }, patient), { echo: { a: [1] } });
    await peer.bus.serve(`${topic}/later`, async () => Promise.resolve(null));
    assert.equal(await state.bus.request(`${topic}/later`, 1, patient), null);
  },

  "gives each of many requests its own answer": async ({ state, peer, unique }) => {
    const topic = unique();
    const held: (() => void)[] = [];
    await peer.bus.serve(topic, async (message) => {
      // Answered in the opposite order, once all are there.
      await new Promise<void>((resolve) => {
        held.unshift(resolve);
        if (held.length === 10) for (const release of held) release();
      });
      return message;
    });
    const answers = await race(10, (turn) => state.bus.request(topic, turn, patient));
    assert.deepEqual(answers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  },

  "says so when nobody answers": async ({ state, peer, unique, elapse, shortMs }) => {
    const topic = unique();
    await rejects(elapse(state.bus.request(topic, 1, { timeoutMs: shortMs })), "no-answer");
    const stop = await peer.bus.serve(topic, () => 1);
    assert.equal(await state.bus.request(topic, 1, patient), 1);
    await stop();
    await rejects(elapse(state.bus.request(topic, 1, { timeoutMs: shortMs })), "no-answer");
  },

  "says so when the answer does not come in time": async ({ state, peer, unique, elapse, shortMs }) => {
    const topic = unique();
    await peer.bus.serve(topic, () => new Promise<never>(() => undefined));
    await rejects(elapse(state.bus.request(topic, 1, { timeoutMs: shortMs })), "no-answer");
  },

  "says so when the handler fails, with its message": async ({ state, peer, unique }) => {
    const topic = unique();
    await peer.bus.serve(topic, (message) => {
      if (message === "throw") throw new Error("the boat sank");
      return Promise.reject(new Error("the boat sank"));
    });
    for (const message of ["throw", "reject"]) {
      const request = state.bus.request(topic, message, patient);
      await assert.rejects(request, { code: "handler-failed", message: /the boat sank/ });
    }
  },

  "lets a handler leave the answer to another": async ({ state, peer, unique, elapse, shortMs }) => {
    const topic = unique();
    await state.bus.serve(topic, () => undefined);
    await rejects(elapse(state.bus.request(topic, 1, { timeoutMs: shortMs })), "no-answer");
    await peer.bus.serve(topic, () => "mine");
    assert.equal(await state.bus.request(topic, 1, patient), "mine");
  },

  "ends a request with the reason of its signal": async ({ state, peer, unique }) => {
    const topic = unique();
    const controller = new AbortController();
    const reason = new Error("no longer needed");
    await peer.bus.serve(topic, () => {
      controller.abort(reason);
      return new Promise<never>(() => undefined);
    });
    const { signal } = controller;
    await assert.rejects(state.bus.request(topic, 1, { ...patient, signal }), reason);
    await assert.rejects(state.bus.request(topic, 1, { ...patient, signal }), reason);
  },

  "refuses what is not JSON, and times that are not above 0": async ({ state, unique }) => {
    const topic = unique();
    await state.bus.serve(topic, () => 1);
    // Callers without types get here.
    const nothing = undefined as unknown as JsonValue;
    await rejects(state.bus.publish(topic, nothing), "invalid-argument");
    await rejects(state.bus.request(topic, nothing, patient), "invalid-argument");
    await rejects(state.bus.request(topic, 1, { timeoutMs: 0 }), "invalid-argument");
  },
};
