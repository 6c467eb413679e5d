import { describe, expect, it } from "vitest";
import { Notebook, NotebookLimitError, type NoteDraft } from "./notebook.js";

const draft = (title: string, text = "", tags: readonly string[] = []): NoteDraft => ({ title, text, tags });

describe("a notebook", () => {
  it("numbers notes from 1 on, and keeps them in order", () => {
    const notebook = new Notebook();
    notebook.add(draft("first"));
    notebook.add(draft("second"));
    expect(notebook.search({ query: "", limit: 10 }).notes.map(({ id, title }) => [id, title])).toEqual([
      [1, "first"],
      [2, "second"],
    ]);
  });

  it("searches title and text in any case", () => {
    const notebook = new Notebook();
    notebook.add(draft("Locks", "There are 29 at Caen Hill"));
    notebook.add(draft("caen hill", ""));
    notebook.add(draft("Bridges", ""));
    expect(notebook.search({ query: "CAEN", limit: 10 }).total).toBe(2);
  });

  it("narrows a search to a tag", () => {
    const notebook = new Notebook();
    notebook.add(draft("a", "", ["boat"]));
    notebook.add(draft("b", "", ["boating"]));
    expect(notebook.search({ query: "", tag: "boat", limit: 10 }).notes.map((note) => note.title)).toEqual([
      "a",
    ]);
  });

  it("counts all that match, and returns as many as asked for", () => {
    const notebook = new Notebook();
    for (const title of ["a", "b", "c"]) notebook.add(draft(title));
    const { total, notes } = notebook.search({ query: "", limit: 2 });
    expect([total, notes.length]).toEqual([3, 2]);
  });

  it("does not change when the draft does", () => {
    const notebook = new Notebook();
    const tags = ["boat"];
    notebook.add(draft("a", "", tags));
    tags.push("late");
    expect(notebook.search({ query: "", limit: 1 }).notes[0]?.tags).toEqual(["boat"]);
  });

  it("refuses a note too many, and says how much room there is", () => {
    const notebook = new Notebook({ maxNotes: 2 });
    notebook.add(draft("a"));
    expect(() => {
      notebook.checkRoomFor([draft("b"), draft("c")]);
    }).toThrow("at most 2 notes: there is room for 1 more, not 2");
    notebook.add(draft("b"));
    expect(() => notebook.add(draft("c"))).toThrow(NotebookLimitError);
    expect(notebook.size).toBe(2);
  });

  it("measures a note in bytes, tags included", () => {
    const notebook = new Notebook({ maxNoteBytes: 5 });
    notebook.add(draft("é", "é", ["x"]));
    expect(() => notebook.add(draft("é", "éé"))).toThrow('at most 5 bytes; "é" has 6');
  });
});
