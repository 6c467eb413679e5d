import assert from "node:assert/strict";
import type { Records } from "../../state/contract.js";
import { countOf, LONG_MS, ODD_NAMES, race, rejects, type Cases } from "./stage.js";

const under = (...indexes: string[]) => ({ ttlMs: LONG_MS, indexes });

async function idsOf(records: Records, index: string): Promise<readonly string[]> {
  return (await records.list(index)).ids;
}

export const indexCases: Cases = {
  "list ids in the order in which they entered": async ({ state, peer, unique }) => {
    const index = unique("index");
    const ids = ["c", "a", "b"].map(unique);
    for (const id of ids) await state.records.set(id, 1, under(index));
    await state.records.set(ids[0] ?? "", 2, under(index));
    assert.deepEqual(await peer.records.list(index), { ids });
    assert.equal(await peer.records.count(index), 3);
  },

  "give every id once over the pages": async ({ state, unique }) => {
    const index = unique("index");
    const ids = Array.from({ length: 7 }, () => unique());
    for (const id of ids) await state.records.set(id, 1, under(index));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await state.records.list(index, { after, limit: 3 });
      assert(page.ids.length <= 3);
      seen.push(...page.ids);
      after = page.next;
    } while (after !== undefined);
    assert.deepEqual(seen, ids);
  },

  "go on with the next page after the last id of a page was deleted": async ({ state, unique }) => {
    const index = unique("index");
    const ids = Array.from({ length: 4 }, () => unique());
    for (const id of ids) await state.records.set(id, 1, under(index));
    const { next } = await state.records.list(index, { limit: 2 });
    await state.records.delete(ids[1] ?? "");
    assert.deepEqual(await state.records.list(index, { after: next, limit: 2 }), { ids: ids.slice(2) });
  },

  "are empty when nothing was put under them": async ({ state, unique }) => {
    assert.deepEqual(await state.records.list(unique()), { ids: [] });
    assert.equal(await state.records.count(unique()), 0);
  },

  "hold a record under several names, as its last write says": async ({ state, unique }) => {
    const [a, b, c, id] = [unique("a"), unique("b"), unique("c"), unique()];
    const version = await state.records.set(id, 1, under(a, b, b));
    await state.records.replace(id, 2, { ifVersion: version });
    assert.deepEqual([await idsOf(state.records, a), await idsOf(state.records, b)], [[id], [id]]);
    await state.records.set(id, 3, under(b, c));
    assert.deepEqual([await idsOf(state.records, a), await idsOf(state.records, c)], [[], [id]]);
    await state.records.set(id, 4, { ttlMs: LONG_MS });
    assert.deepEqual([await idsOf(state.records, b), await idsOf(state.records, c)], [[], []]);
  },

  "forget deleted records": async ({ state, unique }) => {
    const [index, id] = [unique("index"), unique()];
    await state.records.set(id, 1, under(index));
    await state.records.delete(id);
    assert.deepEqual(await state.records.list(index), { ids: [] });
    assert.equal(await state.records.count(index), 0);
  },

  "neither list nor count expired records": async ({ state, unique, until, shortMs }) => {
    const [index, gone, here] = [unique("index"), unique(), unique()];
    await state.records.set(gone, 1, { ttlMs: shortMs, indexes: [index] });
    await state.records.set(here, 1, under(index));
    await until(async () => (await state.records.count(index)) === 1);
    assert.deepEqual(await state.records.list(index), { ids: [here] });
  },

  "take any string as a name": async ({ state, unique }) => {
    const prefix = unique();
    for (const name of ODD_NAMES) {
      const id = unique();
      await state.records.set(id, 1, under(prefix + name));
      assert.deepEqual(await idsOf(state.records, prefix + name), [id]);
    }
  },

  "refuse a page of no ids, or of more than 1000": async ({ state, unique }) => {
    for (const limit of [0, -1, 1.5, NaN, 1001]) {
      await rejects(state.records.list(unique(), { limit }), "invalid-argument");
    }
  },

  "cap the records created under them, whoever creates": async ({ state, peer, unique }) => {
    const index = unique("index");
    const options = { ...under(index), atMost: [{ index, count: 3 }] };
    const outcomes = await race(10, (turn) => (turn % 2 ? state : peer).records.create(unique(), 1, options));
    assert.equal(
      countOf(outcomes, ({ outcome }) => outcome === "created"),
      3,
    );
    assert.deepEqual(
      outcomes.find(({ outcome }) => outcome !== "created"),
      { outcome: "full", index },
    );
    assert.equal(await state.records.count(index), 3);
  },

  "have room again once a record is deleted or expires": async ({ state, unique, until, shortMs }) => {
    const [index, first] = [unique("index"), unique()];
    const atMost = [{ index, count: 1 }];
    const create = (id: string, ttlMs: number) =>
      state.records.create(id, 1, { ttlMs, indexes: [index], atMost });
    await create(first, LONG_MS);
    assert.equal((await create(unique(), LONG_MS)).outcome, "full");
    await state.records.delete(first);
    assert.equal((await create(unique(), shortMs)).outcome, "created");
    await until(async () => (await create(unique(), LONG_MS)).outcome === "created");
  },
};
