import assert from "node:assert/strict";
import { countOf, LONG_MS, ODD_NAMES, race, rejects, type Cases } from "./stage.js";

const options = { ttlMs: LONG_MS };

export const counterCases: Cases = {
  "add up over all nodes, and read with 0": async ({ state, peer, unique }) => {
    const name = unique();
    assert.deepEqual(await state.records.add(name, 0, options), { accepted: true, value: 0 });
    assert.deepEqual(await state.records.add(name, 2, options), { accepted: true, value: 2 });
    assert.deepEqual(await peer.records.add(name, 3, options), { accepted: true, value: 5 });
    assert.deepEqual(await state.records.add(name, -1, options), { accepted: true, value: 4 });
    assert.deepEqual(await peer.records.add(name, 0, options), { accepted: true, value: 4 });
  },

  "refuse what would exceed the maximum, and stay as they are": async ({ state, unique }) => {
    const name = unique();
    assert.deepEqual(await state.records.add(name, 4, { ...options, max: 3 }), { accepted: false, value: 0 });
    assert.deepEqual(await state.records.add(name, 3, { ...options, max: 3 }), { accepted: true, value: 3 });
    assert.deepEqual(await state.records.add(name, 1, { ...options, max: 3 }), { accepted: false, value: 3 });
    assert.deepEqual(await state.records.add(name, 1, { ...options, max: 4 }), { accepted: true, value: 4 });
    assert.deepEqual(await state.records.add(name, -1, { ...options, max: 1 }), { accepted: true, value: 3 });
  },

  "accept no more than the maximum of many who try": async ({ state, peer, unique }) => {
    const name = unique();
    const outcomes = await race(20, (turn) =>
      (turn % 2 ? state : peer).records.add(name, 1, { ...options, max: 7 }),
    );
    assert.equal(
      countOf(outcomes, ({ accepted }) => accepted),
      7,
    );
    assert.equal((await state.records.add(name, 0, options)).value, 7);
  },

  "do not go below 0": async ({ state, unique }) => {
    const name = unique();
    assert.deepEqual(await state.records.add(name, -5, options), { accepted: true, value: 0 });
    await state.records.add(name, 2, options);
    assert.deepEqual(await state.records.add(name, -5, options), { accepted: true, value: 0 });
    assert.equal((await state.records.add(name, 1, options)).value, 1);
  },

  "expire by the add that began them": async ({ state, unique, until, shortMs }) => {
    const name = unique();
    await state.records.add(name, 1, { ttlMs: shortMs });
    await state.records.add(name, 1, options);
    await until(async () => (await state.records.add(name, 0, options)).value === 0);
  },

  "live on when renewed": async ({ state, unique, until, shortMs }) => {
    const [renewed, left] = [unique(), unique()];
    await state.records.add(renewed, 1, { ttlMs: shortMs });
    await state.records.add(renewed, 1, { ...options, renew: true });
    await state.records.add(left, 1, { ttlMs: shortMs });
    await until(async () => (await state.records.add(left, 0, options)).value === 0);
    assert.equal((await state.records.add(renewed, 0, options)).value, 2);
  },

  "are apart from each other and from records": async ({ state, unique }) => {
    const prefix = unique();
    for (const [i, name] of ODD_NAMES.entries()) await state.records.add(prefix + name, i + 1, options);
    for (const [i, name] of ODD_NAMES.entries()) {
      assert.equal((await state.records.add(prefix + name, 0, options)).value, i + 1);
      assert.equal(await state.records.get(prefix + name), undefined);
    }
  },

  "refuse steps that are no integers, negative maxima and no time to live": async ({ state, unique }) => {
    for (const by of [0.5, NaN, Infinity]) {
      await rejects(state.records.add(unique(), by, options), "invalid-argument");
    }
    await rejects(state.records.add(unique(), 1, { ...options, max: -1 }), "invalid-argument");
    await rejects(state.records.add(unique(), 1, { ttlMs: 0 }), "invalid-argument");
  },
};
