import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import type { Context } from "@towpath/mcp-core";
import type { Notebook, NoteDraft } from "./notebook.js";

/** Notes added between two reports of progress, at most. */
const MAX_BATCH = 100;
const REPORTS_PER_SECOND = 10;

export interface Import {
  readonly notes: readonly NoteDraft[];
  /** Default: as fast as it goes. */
  readonly perSecond?: number | undefined;
}

export interface Imported {
  readonly imported: number;
  /** The number of the last one. */
  readonly lastId: number;
}

/**
 * Adds notes batch by batch, and reports progress after each. Everything is checked before the first one is
 * added; when the client gives up, the batches that were added stay.
 *
 * @throws NotebookLimitError; the reason of `ctx.signal`
 */
export async function importNotes(
  notebook: Notebook,
  { notes, perSecond }: Import,
  ctx: Pick<Context, "signal" | "progress">,
): Promise<Imported> {
  notebook.checkRoomFor(notes);
  const { signal } = ctx;
  const size = batchSize(perSecond);
  let lastId = 0;
  for (let done = 0; done < notes.length; done += size) {
    if (done > 0) await (perSecond === undefined ? othersTurn(signal) : wait(size / perSecond, signal));
    for (const draft of notes.slice(done, done + size)) lastId = notebook.add(draft).id;
    await ctx.progress(Math.min(done + size, notes.length), notes.length);
  }
  return { imported: notes.length, lastId };
}

function batchSize(perSecond = Infinity): number {
  return Math.min(MAX_BATCH, Math.ceil(perSecond / REPORTS_PER_SECOND));
}

/** Without it nobody else is served meanwhile, and a cancellation is not even read. */
async function othersTurn(signal: AbortSignal): Promise<void> {
  await nextTurn(undefined, { signal });
}

async function wait(seconds: number, signal: AbortSignal): Promise<void> {
  await pause(seconds * 1000, undefined, { signal });
}
