import { describe, expect, it } from "vitest";
import { Notebook, NotebookLimitError, type NoteChange, type NoteDraft } from "./notebook.js";

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

  it("never gives the number of a removed note to another one", () => {
    const notebook = new Notebook();
    notebook.add(draft("a"));
    notebook.remove(1);
    expect(notebook.add(draft("b")).id).toBe(2);
    expect(notebook.all().map(({ title }) => title)).toEqual(["b"]);
    expect(notebook.get(1)).toBeUndefined();
  });

  it("keeps one summary with a note, which counts as a part of it", () => {
    const notebook = new Notebook({ maxNoteBytes: 5 });
    notebook.add(draft("a"));
    notebook.summarise(1, "one");
    notebook.summarise(1, "two");
    expect(notebook.require(1).summary).toBe("two");
    expect(() => notebook.summarise(1, "seven")).toThrow('at most 5 bytes; "a" has 6');
    expect(notebook.require(1).summary).toBe("two");
  });

  it("tells every tag once", () => {
    const notebook = new Notebook();
    notebook.add(draft("a", "", ["lock", "boat"]));
    notebook.add(draft("b", "", ["boat"]));
    expect(notebook.tags()).toEqual(["boat", "lock"]);
  });

  it("tells whoever watches what happened, and nothing when nothing did", () => {
    const notebook = new Notebook();
    const changes: NoteChange[] = [];
    notebook.watch((change) => changes.push(change));
    notebook.add(draft("a"));
    notebook.summarise(1, "short");
    expect(notebook.remove(1)).toBe(true);
    expect(notebook.remove(1)).toBe(false);
    expect(() => notebook.summarise(1, "gone")).toThrow("There is no note 1");
    expect(changes.map(({ kind, note }) => [kind, note.id, note.summary])).toEqual([
      ["added", 1, undefined],
      ["summarised", 1, "short"],
      ["removed", 1, "short"],
    ]);
  });
});
