import { ToolError, type Context, type McpServer } from "@towpath/mcp-core";
import { z } from "zod";
import { canBeAsked, exportNotes, FORMATS, notesWord, PRIVATE, type Format } from "./export-notes.js";
import type { Notebook } from "./notebook.js";

const format = z.enum(FORMATS);

const wanted = z.object({
  tag: z.string().optional().describe("Only notes with this tag"),
  format: format.optional().describe("Of the document; the user is asked where it is missing"),
  perSecond: z
    .number()
    .min(1)
    .optional()
    .describe("At most so many notes a second; as fast as it goes without"),
});

const exported = z.object({
  format,
  exported: z.int().describe("How many notes are in the document"),
  leftOut: z.int().describe("How many are not, as they are private"),
});

const FORMAT_FORM = z.object({ format: format.default("markdown") });

/** A document is soon fetched, or no longer wanted. */
const TTL_MS = 10 * 60_000;
const POLL_INTERVAL_MS = 500;

/** The tool that is a task: its call is answered at once, and goes on. For clients without tasks it is one like others. */
export function addTaskTools(mcp: McpServer, notebook: Notebook): void {
  mcp.tool(
    "export_notes",
    {
      title: "Export notes",
      description: `Puts notes into one document, oldest first. Those tagged ${PRIVATE} are in it if the user agrees`,
      input: wanted,
      output: exported,
      annotations: { readOnlyHint: true, openWorldHint: false },
      task: {
        ttlMs: TTL_MS,
        pollIntervalMs: POLL_INTERVAL_MS,
        before: async (args, ctx) => args.format ?? (await askFormat(ctx)),
      },
    },
    async (args, ctx, chosen) => {
      const { document, ...counts } = await exportNotes(notebook, args, chosen, ctx);
      const left = counts.leftOut === 0 ? "" : `; ${String(counts.leftOut)} left out, as private`;
      return {
        content: [
          { type: "text" as const, text: `${notesWord(counts.exported)} exported${left}` },
          { type: "resource" as const, resource: document },
        ],
        structuredContent: { format: chosen, ...counts },
      };
    },
  );
}

/** @throws ToolError when the user wants none */
async function askFormat(ctx: Context): Promise<Format> {
  if (!canBeAsked(ctx)) return "markdown";
  const answer = await ctx.elicit("In which format?", FORMAT_FORM);
  if (answer.action === "accept") return answer.content.format;
  throw new ToolError(`Nothing is exported: the user chose ${answer.action}`);
}
