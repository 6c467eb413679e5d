import type { McpServer, ResourceHandle } from "@towpath/mcp-core";
import type { Note, Notebook } from "./notebook.js";

/** A note as others read it. */
export const NOTE_TYPE = "text/markdown";

export type NoteResources = ResourceHandle<"note://{id}">;

/** Every note as a resource, and news of what becomes of them. */
export function addResources(mcp: McpServer, notebook: Notebook): NoteResources {
  const notes = mcp.resource(
    "note://{id}",
    {
      name: "note",
      title: "A note",
      description: "One note of the notebook, by its number",
      mimeType: NOTE_TYPE,
      list: () =>
        notebook
          .all()
          .map(({ id, title }) => ({ variables: { id: String(id) }, name: `Note ${String(id)}`, title })),
      complete: {
        id: (typed) =>
          notebook
            .all()
            .map(({ id }) => String(id))
            .filter((id) => id.startsWith(typed)),
      },
    },
    ({ id }) => {
      const note = /^[1-9]\d*$/.test(id) ? notebook.get(Number(id)) : undefined;
      return note && markdownOf(note);
    },
  );

  notebook.watch(({ kind, note }) => {
    if (kind !== "added") notes.updated({ id: String(note.id) });
    if (kind !== "summarised") notes.listChanged();
  });
  return notes;
}

export function uriOf(notes: NoteResources, id: number): string {
  return notes.uri({ id: String(id) });
}

export function markdownOf({ title, text, tags, summary = "" }: Note): string {
  const quoted = summary.replaceAll(/^/gm, "> ");
  const parts = [`# ${title}`, summary && quoted, text, tags.map((tag) => `#${tag}`).join(" ")];
  return parts.filter((part) => part !== "").join("\n\n");
}
