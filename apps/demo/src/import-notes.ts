import type { Context } from "@towpath/mcp-core";
import { inBatches } from "./batches.js";
import type { Notebook, NoteDraft } from "./notebook.js";

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
  let [imported, lastId] = [0, 0];
  for await (const batch of inBatches(notes, perSecond, ctx.signal)) {
    for (const draft of batch) lastId = notebook.add(draft).id;
    imported += batch.length;
    await ctx.progress(imported, notes.length);
  }
  return { imported, lastId };
}
