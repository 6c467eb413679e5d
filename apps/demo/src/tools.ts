import type { McpServer } from "@towpath/mcp-core";
import { z } from "zod";
import { importNotes } from "./import-notes.js";
import type { Notebook } from "./notebook.js";

const draft = z.object({
  title: z.string().min(1).max(200).describe("What the note is about, in a few words"),
  text: z.string().default("").describe("The note itself"),
  tags: z.array(z.string().min(1).max(50)).max(20).default([]),
});

const search = z.object({
  query: z.string().default("").describe("Found in title or text, in any case; empty finds every note"),
  tag: z.string().optional().describe("Only notes with this tag"),
  limit: z.int().min(1).max(1000).default(20).describe("At most so many notes"),
});

const note = z.object({
  id: z.int(),
  title: z.string(),
  text: z.string(),
  tags: z.array(z.string()).readonly(),
  summary: z.string().optional(),
});

const found = z.object({
  total: z.int().describe("How many notes match, returned or not"),
  notes: z.array(note).readonly(),
});

const batch = z.object({
  notes: z.array(draft).min(1).max(10_000),
  perSecond: z
    .number()
    .min(1)
    .optional()
    .describe("At most so many notes a second; as fast as it goes without"),
});

const imported = z.object({
  imported: z.int().describe("How many notes were added"),
  lastId: z.int().describe("The number of the last one"),
});

const adds = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false };
const reads = { readOnlyHint: true, openWorldHint: false };

/** The tools that need nothing but the notebook. */
export function addTools(mcp: McpServer, notebook: Notebook): void {
  mcp.tool(
    "add_note",
    { title: "Add a note", description: "Keeps one note", input: draft, annotations: adds },
    (wanted, ctx) => {
      const { id, title } = notebook.add(wanted);
      ctx.log.info("Added a note", { id });
      return `Note ${String(id)} is kept: ${title}`;
    },
  );

  mcp.tool(
    "search_notes",
    {
      title: "Search notes",
      description: "Finds notes by words and tag, oldest first",
      input: search,
      output: found,
      annotations: reads,
    },
    (wanted, ctx) => {
      const result = notebook.search(wanted);
      ctx.log.debug("Searched", { query: wanted.query, total: result.total });
      return result;
    },
  );

  mcp.tool(
    "import_notes",
    {
      title: "Import notes",
      description: "Keeps many notes, reporting progress. When it is cancelled, notes already added stay",
      input: batch,
      output: imported,
      annotations: adds,
    },
    (notes, ctx) => importNotes(notebook, notes, ctx),
  );
}
