import assert from "node:assert/strict";
import type { Logs } from "../../state/contract.js";
import { countOf, drain, LONG_MS, ODD_NAMES, race, rejects, take, type Cases } from "./stage.js";

const options = { ttlMs: LONG_MS };

async function snapshot(logs: Logs, name: string): Promise<string[]> {
  return drain(await logs.read(name, { follow: false }));
}

export const logCases: Cases = {
  "are created once; the name is then taken": async ({ state, peer, unique }) => {
    const name = unique();
    assert.equal(typeof (await state.logs.create(name, options)), "string");
    await state.logs.append(name, "a");
    assert.equal(await peer.logs.create(name, options), undefined);
    assert.deepEqual(await snapshot(peer.logs, name), ["a"]);
  },

  "must be created before anything else": async ({ state, unique }) => {
    const name = unique();
    await rejects(state.logs.append(name, "a"), "unknown-log");
    await rejects(state.logs.read(name), "unknown-log");
    await rejects(state.logs.close(name), "unknown-log");
    assert.equal(await state.logs.touch(name, LONG_MS), false);
    assert.equal(await state.logs.delete(name), false);
    assert.equal(await state.logs.info(name), undefined);
  },

  "give entries in order, with the cursors that append gave": async ({ state, peer, unique }) => {
    const name = unique();
    const start = await state.logs.create(name, options);
    const written = [];
    for (const data of ["a", "b", "c"]) written.push({ cursor: await state.logs.append(name, data), data });
    const read = [];
    for await (const entry of await peer.logs.read(name, { follow: false })) read.push(entry);
    assert.deepEqual(read, written);
    assert.equal(new Set([start, ...written.map(({ cursor }) => cursor)]).size, 4);
  },

  "keep the text of an entry as it is": async ({ state, unique }) => {
    const name = unique();
    const entries = ["", "\n\r\n\0", "ü€😀", '{"a":1}', "x".repeat(100_000)];
    await state.logs.create(name, options);
    for (const entry of entries) await state.logs.append(name, entry);
    assert.deepEqual(await snapshot(state.logs, name), entries);
  },

  "keep the order of calls that nobody awaited": async ({ state, unique }) => {
    const name = unique();
    const data = Array.from({ length: 50 }, (_, i) => String(i));
    const calls = [state.logs.create(name, options), ...data.map((entry) => state.logs.append(name, entry))];
    calls.push(state.logs.append(name, "last", { close: true }));
    await Promise.all(calls);
    assert.deepEqual(await snapshot(state.logs, name), [...data, "last"]);
  },

  "are apart, whatever their names": async ({ state, unique }) => {
    const prefix = unique();
    for (const name of ODD_NAMES) await state.logs.create(prefix + name, options);
    for (const name of ODD_NAMES) await state.logs.append(prefix + name, name);
    for (const name of ODD_NAMES) assert.deepEqual(await snapshot(state.logs, prefix + name), [name]);
  },

  "take no entry once closed, and can still be read": async ({ state, peer, unique }) => {
    const name = unique();
    await state.logs.create(name, options);
    await state.logs.append(name, "a");
    await state.logs.close(name);
    await peer.logs.close(name);
    await rejects(peer.logs.append(name, "b"), "log-closed");
    assert.deepEqual(await drain(await peer.logs.read(name)), ["a"]);
  },

  "get their last entry from one of many who close them": async ({ state, peer, unique }) => {
    const name = unique();
    await state.logs.create(name, options);
    const cursors = await race(10, (turn) =>
      (turn % 2 ? state : peer).logs.append(name, String(turn), { close: true }).catch((error: unknown) => {
        assert.equal((error as { code?: unknown }).code, "log-closed");
        return undefined;
      }),
    );
    assert.equal(
      countOf(cursors, (cursor) => cursor !== undefined),
      1,
    );
    const winner = cursors.findIndex((cursor) => cursor !== undefined);
    assert.deepEqual(await drain(await state.logs.read(name)), [String(winner)]);
  },

  "are unknown once deleted": async ({ state, peer, unique }) => {
    const name = unique();
    await state.logs.create(name, options);
    assert.equal(await peer.logs.delete(name), true);
    await rejects(state.logs.append(name, "a"), "unknown-log");
    await rejects(state.logs.read(name), "unknown-log");
    assert.equal(await state.logs.delete(name), false);
  },

  "do not continue a deleted log of the same name": async ({ state, unique }) => {
    const name = unique();
    await state.logs.create(name, options);
    const old = await state.logs.append(name, "old 1");
    await state.logs.append(name, "old 2");
    await state.logs.delete(name);
    await state.logs.create(name, options);
    for (const data of ["new 1", "new 2", "new 3"]) await state.logs.append(name, data);
    await rejects(state.logs.read(name, { from: { after: old } }), "cursor-lost");
    assert.deepEqual(await snapshot(state.logs, name), ["new 1", "new 2", "new 3"]);
  },

  "are gone after their time to live, and end their followers": async ({ state, unique, until, shortMs }) => {
    const name = unique();
    await state.logs.create(name, { ttlMs: shortMs });
    const reader = await state.logs.read(name);
    const next = assert.rejects(reader.next(), { code: "unknown-log" });
    await until(async () => (await state.logs.info(name)) === undefined);
    await next;
    await rejects(state.logs.read(name), "unknown-log");
    assert.notEqual(await state.logs.create(name, options), undefined);
  },

  "live on when touched, and no append shortens that": async ({ state, peer, unique, until, shortMs }) => {
    const [touched, left] = [unique(), unique()];
    await state.logs.create(touched, { ttlMs: shortMs });
    assert.equal(await peer.logs.touch(touched, LONG_MS), true);
    await state.logs.append(touched, "a");
    await state.logs.create(left, { ttlMs: shortMs });
    await until(async () => (await state.logs.info(left)) === undefined);
    assert.deepEqual(await snapshot(state.logs, touched), ["a"]);
  },

  "go early when touched with a shorter time to live": async ({ state, unique, until, shortMs }) => {
    const name = unique();
    await state.logs.create(name, options);
    await state.logs.append(name, "a", { close: true });
    await state.logs.touch(name, shortMs);
    await until(async () => (await state.logs.info(name)) === undefined);
  },

  "tell how many entries and bytes they hold, their last cursor, and whether they are closed": async ({
    state,
    peer,
    unique,
  }) => {
    const name = unique();
    const start = await state.logs.create(name, options);
    assert.deepEqual(await peer.logs.info(name), { entries: 0, bytes: 0, closed: false, last: start });
    await state.logs.append(name, "abc");
    const last = await state.logs.append(name, "ü€😀", { close: true });
    assert.deepEqual(await peer.logs.info(name), { entries: 2, bytes: 12, closed: true, last });
  },

  "say what they are about, on every node": async ({ state, peer, unique }) => {
    const name = unique();
    const about = JSON.stringify({ text: 'ü€😀 "\n' });
    await state.logs.create(name, { ...options, about });
    assert.equal((await peer.logs.info(name))?.about, about);
    await rejects(state.logs.create(unique(), { about: "x".repeat(65_537) }), "invalid-argument");
  },

  "take an entry of one key once, from whichever node": async ({ state, peer, unique }) => {
    const name = unique();
    await state.logs.create(name, options);
    const nodes = [state, peer, state, peer];
    const cursors = await Promise.all(nodes.map(({ logs }) => logs.append(name, "a", { key: "k" })));
    assert.equal(new Set(cursors).size, 1);
    await peer.logs.append(name, "b", { key: "constructor" });
    await state.logs.append(name, "c");
    assert.equal(await peer.logs.append(name, "d", { key: "k" }), cursors[0]);
    assert.deepEqual(await snapshot(state.logs, name), ["a", "b", "c"]);
  },

  "take a key again once its entry was trimmed": async ({ state, unique }) => {
    const name = unique();
    await state.logs.create(name, { ...options, maxEntries: 1 });
    await state.logs.append(name, "a", { key: "k" });
    await state.logs.append(name, "b");
    await state.logs.append(name, "c", { key: "k" });
    assert.deepEqual(await drain(await state.logs.read(name, { from: "oldest", follow: false })), ["c"]);
  },

  "know the key of their last entry once they are closed": async ({ state, peer, unique }) => {
    const name = unique();
    await state.logs.create(name, options);
    const last = await state.logs.append(name, "a", { close: true, key: "end" });
    assert.equal(await peer.logs.append(name, "a", { close: true, key: "end" }), last);
    await rejects(peer.logs.append(name, "b", { key: "other" }), "log-closed");
    assert.deepEqual(await snapshot(state.logs, name), ["a"]);
  },

  "refuse bounds that are not above 0": async ({ state, unique }) => {
    for (const bound of ["ttlMs", "maxEntries", "maxBytes", "maxAgeMs"]) {
      await rejects(state.logs.create(unique(), { [bound]: 0 }), "invalid-argument");
    }
    await rejects(state.logs.touch(unique(), -1), "invalid-argument");
  },

  "are followed by many readers on both nodes": async ({ state, peer, unique }) => {
    const name = unique();
    await state.logs.create(name, options);
    const readers = await race(20, (turn) => (turn % 2 ? state : peer).logs.read(name));
    const all = Promise.all(readers.map((reader) => take(reader, 3)));
    for (const data of ["a", "b", "c"]) await state.logs.append(name, data);
    for (const taken of await all) assert.deepEqual(taken, ["a", "b", "c"]);
  },
};
