import assert from "node:assert/strict";
import type { LogOptions } from "../../state/contract.js";
import { drain, LONG_MS, rejects, type Cases, type Stage } from "./stage.js";

/** A log with these bounds and ten entries of 10 bytes each. */
async function tenEntries({ state, unique }: Stage, bounds: LogOptions) {
  const name = unique("log");
  const start = await state.logs.create(name, { ttlMs: LONG_MS, ...bounds });
  const written: string[] = [];
  const cursors: string[] = [];
  for (let i = 0; i < 10; i++) {
    written.push(`entry ${String(i).padStart(4, "0")}`);
    cursors.push(await state.logs.append(name, written.at(-1) ?? ""));
  }
  return { name, start: start ?? "", written, cursors };
}

async function assertTrimmed(stage: Stage, bounds: LogOptions): Promise<void> {
  const { name, start, written, cursors } = await tenEntries(stage, bounds);
  const { logs } = stage.peer;
  const kept = await drain(await logs.read(name, { from: "oldest", follow: false }));
  assert(kept.length >= 1 && kept.length <= 3, `3 entries fit, ${String(kept.length)} are kept`);
  assert.deepEqual(kept, written.slice(-kept.length));
  assert.equal((await logs.info(name))?.entries, kept.length);
  await rejects(logs.read(name), "cursor-lost");
  await rejects(logs.read(name, { from: { after: start } }), "cursor-lost");
  await rejects(logs.read(name, { from: { after: cursors[2] ?? "" } }), "cursor-lost");
  const after = cursors.at(-2) ?? "";
  assert.deepEqual(await drain(await logs.read(name, { from: { after }, follow: false })), kept.slice(-1));
}

export const trimCases: Cases = {
  "keeps no more entries than allowed; an older cursor is lost, not unknown": (stage) =>
    assertTrimmed(stage, { maxEntries: 3 }),

  "keeps no more bytes than allowed; an older cursor is lost, not unknown": (stage) =>
    assertTrimmed(stage, { maxBytes: 39 }),

  "keeps no entry longer than allowed": async (stage) => {
    const { state, unique, until, shortMs } = stage;
    const name = unique();
    const start = (await state.logs.create(name, { ttlMs: LONG_MS, maxAgeMs: shortMs })) ?? "";
    await state.logs.append(name, "old");
    const lost = (): Promise<boolean> =>
      state.logs.read(name, { from: { after: start }, follow: false }).then(
        () => false,
        (error: unknown) => (error as { code?: unknown }).code === "cursor-lost",
      );
    await until(lost);
    const after = await state.logs.append(name, "new");
    assert.notEqual(after, start);
    assert.equal((await state.logs.info(name))?.entries, 1);
  },

  "counts bytes in UTF-8": async ({ state, unique }) => {
    const name = unique();
    await state.logs.create(name, { ttlMs: LONG_MS, maxBytes: 8 });
    await state.logs.append(name, "€");
    await state.logs.append(name, "😀");
    assert.equal((await state.logs.info(name))?.bytes, 7);
    await state.logs.append(name, "ü");
    assert.equal((await state.logs.info(name))?.bytes, 6);
  },

  "refuses an entry that alone is too large, and harms nothing": async ({ state, unique }) => {
    const name = unique();
    await state.logs.create(name, { ttlMs: LONG_MS, maxBytes: 10 });
    await state.logs.append(name, "0123456789");
    await rejects(state.logs.append(name, "0123456789a", { close: true }), "limit-exceeded");
    assert.deepEqual(await drain(await state.logs.read(name, { follow: false })), ["0123456789"]);
    assert.equal((await state.logs.info(name))?.closed, false);
  },
};
