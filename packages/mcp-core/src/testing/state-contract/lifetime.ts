import assert from "node:assert/strict";
import { LONG_MS, rejects, type Cases } from "./stage.js";

export const lifetimeCases: Cases = {
  "is available until it is closed": async ({ state }) => {
    await state.records.count("any");
    assert.equal(state.available, true);
    await state.close();
    assert.equal(state.available, false);
  },

  "refuses every call once closed, and may be closed again": async ({ state, unique }) => {
    await state.close();
    await state.close();
    const name = unique();
    await rejects(state.records.get(name), "state-closed");
    await rejects(state.records.set(name, 1, { ttlMs: LONG_MS }), "state-closed");
    await rejects(state.records.list(name), "state-closed");
    await rejects(state.records.add(name, 1, { ttlMs: LONG_MS }), "state-closed");
    await rejects(state.logs.create(name), "state-closed");
    await rejects(state.logs.append(name, "a"), "state-closed");
    await rejects(state.logs.read(name), "state-closed");
    await rejects(state.bus.publish(name, 1), "state-closed");
    await rejects(
      state.bus.subscribe(name, () => undefined),
      "state-closed",
    );
    await rejects(state.bus.request(name, 1, { timeoutMs: LONG_MS }), "state-closed");
  },

  "ends its readers when closed": async ({ state, unique }) => {
    const name = unique();
    await state.logs.create(name, { ttlMs: LONG_MS });
    const reader = await state.logs.read(name);
    const next = assert.rejects(reader.next(), { code: "state-closed" });
    await state.close();
    await next;
  },

  "ends its pending requests when closed": async ({ state, unique }) => {
    const topic = unique();
    const asked = new Promise<void>((resolve, reject) => {
      const handler = (): Promise<never> => {
        resolve();
        return new Promise<never>(() => undefined);
      };
      state.bus.serve(topic, handler).catch(reject);
    });
    const request = assert.rejects(state.bus.request(topic, 1, { timeoutMs: LONG_MS }), {
      code: "state-closed",
    });
    await asked;
    await state.close();
    await request;
  },
};
