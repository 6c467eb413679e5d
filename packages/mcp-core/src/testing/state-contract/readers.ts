import assert from "node:assert/strict";
import type { Stage, Cases } from "./stage.js";
import { drain, LONG_MS, rejects, take } from "./stage.js";

/** A log of these entries, and its cursors: the one of `create` first. */
async function logOf({ state, unique }: Stage, ...entries: string[]) {
  const name = unique("log");
  const cursors = [(await state.logs.create(name, { ttlMs: LONG_MS })) ?? ""];
  for (const entry of entries) cursors.push(await state.logs.append(name, entry));
  return { name, cursors, after: (place: number) => ({ from: { after: cursors[place] ?? "" } }) };
}

export const readerCases: Cases = {
  "start after their cursor": async (stage) => {
    const { name, after } = await logOf(stage, "a", "b", "c");
    const { logs } = stage.peer;
    assert.deepEqual(await drain(await logs.read(name, { ...after(0), follow: false })), ["a", "b", "c"]);
    assert.deepEqual(await drain(await logs.read(name, { ...after(2), follow: false })), ["c"]);
    assert.deepEqual(await drain(await logs.read(name, { ...after(3), follow: false })), []);
  },

  "start at the end when asked to": async (stage) => {
    const { name } = await logOf(stage, "a", "b");
    const reader = await stage.peer.logs.read(name, { from: "end" });
    await stage.state.logs.append(name, "c", { close: true });
    assert.deepEqual(await drain(reader), ["c"]);
  },

  "replay, then follow live from the other node, until the log is closed": async (stage) => {
    const { name, after } = await logOf(stage, "a", "b");
    const reader = await stage.peer.logs.read(name, after(1));
    assert.deepEqual(await take(reader, 1), ["b"]);
    const rest = drain(reader);
    await stage.state.logs.append(name, "c");
    await stage.state.logs.append(name, "d");
    await stage.state.logs.close(name);
    assert.deepEqual(await rest, ["c", "d"]);
    assert.deepEqual(await reader.next(), { done: true, value: undefined });
  },

  "miss and repeat nothing while entries pour in": async (stage) => {
    const { name } = await logOf(stage);
    const data = Array.from({ length: 200 }, (_, i) => String(i));
    const appends = data.map((entry) => stage.state.logs.append(name, entry));
    const readers = await Promise.all([1, 2, 3].map(() => stage.peer.logs.read(name)));
    appends.push(stage.state.logs.append(name, "end", { close: true }));
    for (const reader of readers) assert.deepEqual(await drain(reader), [...data, "end"]);
    await Promise.all(appends);
  },

  "go on where an earlier reader stopped": async (stage) => {
    const { name } = await logOf(stage, "a", "b", "c");
    const first = await stage.state.logs.read(name);
    await first.next();
    const second = await first.next();
    await first.return();
    assert(second.done !== true);
    const { cursor } = second.value;
    const reader = await stage.peer.logs.read(name, { from: { after: cursor }, follow: false });
    assert.deepEqual(await drain(reader), ["c"]);
  },

  "find a cursor lost that the log never gave": async (stage) => {
    const { name } = await logOf(stage, "a");
    for (const after of ["", "no cursor", "-1", "1e3", "9".repeat(14), "9".repeat(40), "__proto__"]) {
      await rejects(stage.state.logs.read(name, { from: { after } }), "cursor-lost");
    }
  },

  "end with an error when the log is deleted under them": async (stage) => {
    const { name } = await logOf(stage, "a");
    const reader = await stage.peer.logs.read(name);
    await take(reader, 1);
    const next = assert.rejects(reader.next(), { code: "unknown-log" });
    await stage.state.logs.delete(name);
    await next;
    assert.deepEqual(await reader.next(), { done: true, value: undefined });
  },

  "end with the reason of their signal": async (stage) => {
    const { name } = await logOf(stage, "a");
    const controller = new AbortController();
    const reason = new Error("the connection is gone");
    const reader = await stage.state.logs.read(name, { signal: controller.signal });
    await take(reader, 1);
    const next = assert.rejects(reader.next(), reason);
    controller.abort(reason);
    await next;
    await assert.rejects(stage.state.logs.read(name, { signal: controller.signal }), reason);
  },

  "end at once when returned, also while they wait": async (stage) => {
    const { name } = await logOf(stage);
    const reader = await stage.state.logs.read(name);
    const waiting = reader.next();
    await reader.return();
    assert.deepEqual(await waiting, { done: true, value: undefined });
    assert.deepEqual(await reader.next(), { done: true, value: undefined });
  },

  "give each of several calls of next its own entry, in order": async (stage) => {
    const { name } = await logOf(stage, "a");
    const reader = await stage.peer.logs.read(name);
    const steps = Promise.all([reader.next(), reader.next(), reader.next()]);
    await stage.state.logs.append(name, "b", { close: true });
    assert.deepEqual(
      (await steps).map((step) => step.value?.data),
      ["a", "b", undefined],
    );
  },

  "that take a log fence off the one that took it before": async (stage) => {
    const { name, after } = await logOf(stage, "a");
    const older = await stage.state.logs.read(name, { exclusive: true });
    assert.deepEqual(await take(older, 1), ["a"]);
    const fenced = assert.rejects(older.next(), { code: "fenced" });
    const newer = await stage.peer.logs.read(name, { ...after(1), exclusive: true });
    await fenced;
    await stage.state.logs.append(name, "b", { close: true });
    assert.deepEqual(await drain(newer), ["b"]);
    assert.deepEqual(await older.next(), { done: true, value: undefined });
  },

  "get a greater token each time a log is taken": async (stage) => {
    const { name } = await logOf(stage);
    const tokens: number[] = [];
    for (const { logs } of [stage.state, stage.peer, stage.state]) {
      const { token } = await logs.read(name, { exclusive: true });
      assert(token !== undefined);
      tokens.push(token);
    }
    const [first = 0, second = 0, third = 0] = tokens;
    assert(first < second && second < third, `tokens must grow: ${tokens.join(", ")}`);
  },

  "that take a log leave plain readers and other logs alone": async (stage) => {
    const { name } = await logOf(stage);
    const other = await logOf(stage);
    const plain = await stage.state.logs.read(name);
    const elsewhere = await stage.state.logs.read(other.name, { exclusive: true });
    await stage.peer.logs.read(name, { exclusive: true });
    await stage.state.logs.append(name, "a");
    await stage.state.logs.append(other.name, "b");
    assert.equal(plain.token, undefined);
    assert.deepEqual([await take(plain, 1), await take(elsewhere, 1)], [["a"], ["b"]]);
  },

  "that fail to take a log leave it to its reader": async (stage) => {
    const { name } = await logOf(stage);
    const reader = await stage.state.logs.read(name, { exclusive: true });
    await rejects(stage.peer.logs.read(name, { exclusive: true, from: { after: "none" } }), "cursor-lost");
    await stage.state.logs.append(name, "a");
    assert.deepEqual(await take(reader, 1), ["a"]);
  },
};
