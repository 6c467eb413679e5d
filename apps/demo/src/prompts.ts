import { InvalidParamsError, type McpServer } from "@towpath/mcp-core";
import { z } from "zod";
import type { Note, Notebook } from "./notebook.js";
import { markdownOf, NOTE_TYPE, uriOf, type NoteResources } from "./resources.js";

const MAX_REVIEWED = 20;

const review = z.object({ tag: z.string().min(1).describe("Which notes: those with this tag") });

/** What a user can begin a conversation with. */
export function addPrompts(mcp: McpServer, notebook: Notebook, notes: NoteResources): void {
  const embedded = (note: Note) => ({
    type: "resource" as const,
    resource: { uri: uriOf(notes, note.id), mimeType: NOTE_TYPE, text: markdownOf(note) },
  });

  mcp.prompt(
    "review_notes",
    {
      title: "Review notes",
      description: `Goes through the notes with a tag, ${String(MAX_REVIEWED)} at most`,
      input: review,
      complete: { tag: (typed) => notebook.tags().filter((tag) => tag.startsWith(typed)) },
    },
    ({ tag }) => {
      const found = notebook.search({ query: "", tag, limit: MAX_REVIEWED }).notes;
      if (found.length === 0) throw new InvalidParamsError(`No note has the tag ${JSON.stringify(tag)}`);
      return [
        `These are my notes on "${tag}". What is missing, out of date, or said twice?`,
        ...found.map(embedded),
      ];
    },
  );
}
