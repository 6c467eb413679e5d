import assert from "node:assert/strict";
import type { JsonValue } from "../../jsonrpc/messages.js";
import { countOf, LONG_MS, ODD_NAMES, race, rejects, type Cases } from "./stage.js";

const options = { ttlMs: LONG_MS };

export const recordCases: Cases = {
  "give back a value of every JSON type, on every node": async ({ state, peer, unique }) => {
    const values: JsonValue[] = [null, true, 0, -1.5, "", "ü\n😀", [], {}, [1, [2]], { a: { b: [null] } }];
    for (const value of values) {
      const id = unique();
      await state.records.set(id, value, options);
      assert.deepEqual((await peer.records.get(id))?.value, value);
    }
  },

  "know nothing of an id that was never set": async ({ state, unique }) => {
    assert.equal(await state.records.get(unique()), undefined);
    assert.equal(await state.records.touch(unique(), LONG_MS), false);
    assert.equal(await state.records.delete(unique()), false);
  },

  "keep values apart from what callers hold": async ({ state, unique }) => {
    const id = unique();
    const value = { list: [1] };
    await state.records.set(id, value, options);
    value.list.push(2);
    const read = await state.records.get(id);
    assert.deepEqual(read?.value, { list: [1] });
    Object.assign(read.value as object, { list: "changed" });
    assert.deepEqual((await state.records.get(id))?.value, { list: [1] });
  },

  "keep a member named __proto__ as data": async ({ state, unique }) => {
    const id = unique();
    await state.records.set(id, JSON.parse('{"__proto__":{"a":1}}') as JsonValue, options);
    assert.equal(JSON.stringify((await state.records.get(id))?.value), '{"__proto__":{"a":1}}');
  },

  "refuse what is not JSON": async ({ state, unique }) => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const value of [undefined, () => 1, 1n, cycle]) {
      // Callers without types get here.
      await rejects(state.records.set(unique(), value as JsonValue, options), "invalid-argument");
    }
  },

  "take any string as an id": async ({ state, unique }) => {
    const prefix = unique();
    const ids = ODD_NAMES.map((name) => prefix + name);
    for (const id of ids) assert.equal(await state.records.get(id), undefined);
    for (const id of ids) await state.records.set(id, { id }, options);
    for (const id of ids) assert.deepEqual((await state.records.get(id))?.value, { id });
  },

  "take names of Object.prototype as ids": async ({ state }) => {
    for (const id of ["__proto__", "constructor", "hasOwnProperty"]) {
      await state.records.delete(id);
      assert.equal(await state.records.get(id), undefined);
      await state.records.set(id, id, { ttlMs: 60_000 });
      assert.equal((await state.records.get(id))?.value, id);
      assert.equal(await state.records.delete(id), true);
    }
  },

  "get a new version with every write": async ({ state, peer, unique }) => {
    const id = unique();
    const first = await state.records.set(id, 1, options);
    const second = await state.records.set(id, 1, options);
    assert.deepEqual(await peer.records.get(id), { value: 1, version: second });
    await state.records.delete(id);
    const third = await state.records.set(id, 1, options);
    assert.equal(new Set([first, second, third]).size, 3);
  },

  "are gone after their time to live, however often they are read": async ({
    state,
    peer,
    unique,
    until,
    shortMs,
  }) => {
    const id = unique();
    await state.records.set(id, 1, { ttlMs: shortMs });
    await until(async () => (await peer.records.get(id)) === undefined);
    assert.equal(await state.records.touch(id, LONG_MS), false);
  },

  "live on when touched, or read with a time to live": async ({ state, peer, unique, until, shortMs }) => {
    const [touched, read, left] = [unique(), unique(), unique()];
    await state.records.set(touched, 1, { ttlMs: shortMs });
    assert.equal(await peer.records.touch(touched, LONG_MS), true);
    await state.records.set(read, 2, { ttlMs: shortMs });
    assert.equal((await peer.records.get(read, { ttlMs: LONG_MS }))?.value, 2);
    await state.records.set(left, 3, { ttlMs: shortMs });
    await until(async () => (await state.records.get(left)) === undefined);
    assert.equal((await state.records.get(touched))?.value, 1);
    assert.equal((await state.records.get(read))?.value, 2);
  },

  "go early when touched with a shorter time to live": async ({ state, unique, until, shortMs }) => {
    const id = unique();
    await state.records.set(id, 1, options);
    await state.records.touch(id, shortMs);
    await until(async () => (await state.records.get(id)) === undefined);
  },

  "live until deleted when their time to live is Infinity": async ({ state, unique }) => {
    const id = unique();
    await state.records.set(id, 1, { ttlMs: Infinity });
    assert.equal((await state.records.get(id))?.value, 1);
    assert.equal(await state.records.delete(id), true);
    assert.equal(await state.records.get(id), undefined);
  },

  "refuse a time to live that is not above 0": async ({ state, unique }) => {
    for (const ttlMs of [0, -1, NaN]) {
      await rejects(state.records.set(unique(), 1, { ttlMs }), "invalid-argument");
      await rejects(state.records.create(unique(), 1, { ttlMs }), "invalid-argument");
      await rejects(state.records.touch(unique(), ttlMs), "invalid-argument");
    }
  },

  "are created once, by one of many who try": async ({ state, peer, unique }) => {
    const id = unique();
    const outcomes = await race(10, (turn) => (turn % 2 ? state : peer).records.create(id, turn, options));
    assert.equal(
      countOf(outcomes, ({ outcome }) => outcome === "created"),
      1,
    );
    assert.equal(
      countOf(outcomes, ({ outcome }) => outcome === "exists"),
      9,
    );
    const winner = outcomes.findIndex(({ outcome }) => outcome === "created");
    assert.equal((await state.records.get(id))?.value, winner);
  },

  "can be created again once deleted or expired": async ({ state, unique, until, shortMs }) => {
    const id = unique();
    await state.records.create(id, 1, options);
    await state.records.delete(id);
    assert.equal((await state.records.create(id, 2, { ttlMs: shortMs })).outcome, "created");
    await until(async () => (await state.records.create(id, 3, options)).outcome === "created");
    assert.equal((await state.records.get(id))?.value, 3);
  },

  "are replaced only in the version that was read": async ({ state, peer, unique }) => {
    const id = unique();
    const first = await state.records.set(id, 1, options);
    const second = await peer.records.replace(id, 2, { ifVersion: first });
    assert.deepEqual(await state.records.get(id), { value: 2, version: second });
    assert.equal(await state.records.replace(id, 3, { ifVersion: first }), undefined);
    assert.equal(await state.records.replace(unique(), 3, { ifVersion: first }), undefined);
    assert.deepEqual(await state.records.get(id), { value: 2, version: second });
  },

  "are replaced by one of many who read the same version": async ({ state, peer, unique }) => {
    const id = unique();
    const ifVersion = await state.records.set(id, "old", options);
    const versions = await race(10, (turn) =>
      (turn % 2 ? state : peer).records.replace(id, turn, { ifVersion }),
    );
    assert.equal(
      countOf(versions, (version) => version !== undefined),
      1,
    );
  },

  "keep their time to live when replaced, unless given a new one": async ({
    state,
    unique,
    until,
    shortMs,
  }) => {
    const [kept, renewed] = [unique(), unique()];
    const first = await state.records.set(renewed, 1, { ttlMs: shortMs });
    await state.records.replace(renewed, 2, { ifVersion: first, ttlMs: LONG_MS });
    const second = await state.records.set(kept, 1, { ttlMs: shortMs });
    await state.records.replace(kept, 2, { ifVersion: second });
    await until(async () => (await state.records.get(kept)) === undefined);
    assert.equal((await state.records.get(renewed))?.value, 2);
  },

  "are deleted once, and by version only in that version": async ({ state, peer, unique }) => {
    const id = unique();
    const first = await state.records.set(id, 1, options);
    const second = await state.records.set(id, 2, options);
    for (const ifVersion of [first, ""]) assert.equal(await state.records.delete(id, { ifVersion }), false);
    assert.equal((await state.records.get(id))?.value, 2);
    assert.equal(await peer.records.delete(id, { ifVersion: second }), true);
    assert.equal(await state.records.get(id), undefined);
    assert.equal(await state.records.delete(id), false);
  },
};
