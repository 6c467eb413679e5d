import { ToolError, type Context } from "@towpath/mcp-core";
import { inBatches } from "./batches.js";
import type { Note, Notebook } from "./notebook.js";
import { markdownOf } from "./resources.js";

/** A note with it leaves the notebook only if the user agrees. */
export const PRIVATE = "private";

export const FORMATS = ["markdown", "json"] as const;
export type Format = (typeof FORMATS)[number];

const MAX_BYTES = 1024 * 1024;

export interface Export {
  /** Default: notes with any tag, or none. */
  readonly tag?: string | undefined;
  /** Default: as fast as it goes. */
  readonly perSecond?: number | undefined;
}

export interface Exported {
  readonly exported: number;
  /** How many stayed behind, as they are private. */
  readonly leftOut: number;
  readonly document: ExportedDocument;
}

export interface ExportedDocument {
  readonly uri: string;
  readonly mimeType: string;
  readonly text: string;
}

/** What documents are made of. */
const writers: Readonly<
  Record<Format, { readonly mimeType: string; readonly write: (notes: readonly Note[]) => string }>
> = {
  markdown: { mimeType: "text/markdown", write: (notes) => notes.map(markdownOf).join("\n\n") },
  json: { mimeType: "application/json", write: (notes) => JSON.stringify(notes, null, 2) },
};

/**
 * Puts notes into one document, batch by batch, and reports progress after each. The first private one is asked about, for
 * all of them; where nobody can be asked, they stay behind.
 *
 * @throws ToolError for a document that is too large; the reason of `ctx.signal`
 */
export async function exportNotes(
  notebook: Notebook,
  { tag, perSecond }: Export,
  format: Format,
  ctx: Pick<Context, "signal" | "progress" | "elicit" | "require">,
): Promise<Exported> {
  const { notes, total } = notebook.search({ query: "", tag, limit: Infinity });
  const taken: Note[] = [];
  let done = 0;
  let agreed: boolean | undefined;
  for await (const batch of inBatches(notes, perSecond, ctx.signal)) {
    if (batch.some(isPrivate)) agreed ??= await agrees(notes.filter(isPrivate).length, ctx);
    taken.push(...batch.filter((note) => agreed === true || !isPrivate(note)));
    done += batch.length;
    await ctx.progress(done, total, `Exported up to ${JSON.stringify(batch.at(-1)?.title ?? "")}`);
  }
  return { exported: taken.length, leftOut: total - taken.length, document: documentOf(taken, format) };
}

/** Whether the client can show its user a form. */
export function canBeAsked({ require }: Pick<Context, "require">): boolean {
  try {
    require({ elicitation: { form: {} } });
    return true;
  } catch {
    return false;
  }
}

async function agrees(count: number, ctx: Pick<Context, "elicit" | "require">): Promise<boolean> {
  if (!canBeAsked(ctx)) return false;
  const { action } = await ctx.elicit(`Export ${notesWord(count)} tagged ${PRIVATE} as well?`);
  return action === "accept";
}

/** @throws ToolError */
function documentOf(notes: readonly Note[], format: Format): ExportedDocument {
  const { mimeType, write } = writers[format];
  const text = write(notes);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES)
    throw new ToolError(
      `A document has at most ${String(MAX_BYTES)} bytes; this one has ${String(bytes)}: export fewer notes, by tag`,
    );
  return { uri: `notebook://export/${format}`, mimeType, text };
}

function isPrivate({ tags }: Note): boolean {
  return tags.includes(PRIVATE);
}

export function notesWord(count: number): string {
  return count === 1 ? "1 note" : `${String(count)} notes`;
}
