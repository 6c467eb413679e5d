import { ToolError } from "@towpath/mcp-core";

export interface Note {
  /** Counts up from 1. */
  readonly id: number;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly summary?: string;
}

export type NoteDraft = Pick<Note, "title" | "text" | "tags">;

/** What happened to a note, and the note: as it is now, or as it was before it was removed. */
export interface NoteChange {
  readonly kind: "added" | "summarised" | "removed";
  readonly note: Note;
}

export interface NotebookLimits {
  /** Default: 10,000. */
  readonly maxNotes: number;
  /** Bytes of one note in UTF-8: title, text, tags and summary together. Default: 64 KiB. */
  readonly maxNoteBytes: number;
}

export interface Search {
  /** Found in the title or the text, in any case; empty finds every note. */
  readonly query: string;
  readonly tag?: string | undefined;
  /** At most so many notes are returned, though all that match are counted. */
  readonly limit: number;
}

export interface Found {
  readonly total: number;
  readonly notes: readonly Note[];
}

/** A note the notebook has no room for; the message says which limit, and is meant to be shown. */
export class NotebookLimitError extends ToolError {
  override readonly name = "NotebookLimitError";
}

/** There is no note of that number; the message is meant to be shown. */
export class NoSuchNoteError extends ToolError {
  override readonly name = "NoSuchNoteError";
}

/** Notes in memory, oldest first. The number of a note that was removed is not given to another one. */
export class Notebook {
  readonly #limits: NotebookLimits;
  readonly #notes = new Map<number, Note>();
  readonly #watchers: ((change: NoteChange) => void)[] = [];
  #lastId = 0;

  constructor({ maxNotes = 10_000, maxNoteBytes = 64 * 1024 }: Partial<NotebookLimits> = {}) {
    this.#limits = { maxNotes, maxNoteBytes };
  }

  get size(): number {
    return this.#notes.size;
  }

  all(): readonly Note[] {
    return [...this.#notes.values()];
  }

  /** Every tag there is, once, in the order of the alphabet. */
  tags(): readonly string[] {
    return [...new Set(this.all().flatMap((note) => note.tags))].sort();
  }

  get(id: number): Note | undefined {
    return this.#notes.get(id);
  }

  /** @throws NoSuchNoteError */
  require(id: number): Note {
    const note = this.#notes.get(id);
    if (note === undefined) throw new NoSuchNoteError(`There is no note ${String(id)}`);
    return note;
  }

  /** Tells of every change from now on, as long as the notebook lives. */
  watch(watcher: (change: NoteChange) => void): void {
    this.#watchers.push(watcher);
  }

  /** @throws NotebookLimitError */
  add(draft: NoteDraft): Note {
    this.checkRoomFor([draft]);
    const { title, text, tags } = draft;
    const note = { id: ++this.#lastId, title, text, tags: [...tags] };
    this.#notes.set(note.id, note);
    this.#tell({ kind: "added", note });
    return note;
  }

  /**
   * Keeps a summary with a note, in place of an earlier one.
   * @throws NoSuchNoteError, NotebookLimitError
   */
  summarise(id: number, summary: string): Note {
    const note = { ...this.require(id), summary };
    this.#checkSize(note);
    this.#notes.set(id, note);
    this.#tell({ kind: "summarised", note });
    return note;
  }

  /** Whether there was such a note. */
  remove(id: number): boolean {
    const note = this.#notes.get(id);
    if (note === undefined) return false;
    this.#notes.delete(id);
    this.#tell({ kind: "removed", note });
    return true;
  }

  /**
   * Checks that all of these could be added, and adds none.
   * @throws NotebookLimitError
   */
  checkRoomFor(drafts: readonly NoteDraft[]): void {
    const { maxNotes } = this.#limits;
    const room = maxNotes - this.#notes.size;
    if (drafts.length > room) {
      throw new NotebookLimitError(
        `The notebook holds at most ${String(maxNotes)} notes: there is room for ${String(room)} more, not ${String(drafts.length)}`,
      );
    }
    for (const draft of drafts) this.#checkSize(draft);
  }

  search({ query, tag, limit }: Search): Found {
    const wanted = query.toLowerCase();
    const matches = this.all().filter(
      (note) =>
        (tag === undefined || note.tags.includes(tag)) &&
        (note.title.toLowerCase().includes(wanted) || note.text.toLowerCase().includes(wanted)),
    );
    return { total: matches.length, notes: matches.slice(0, limit) };
  }

  /** @throws NotebookLimitError */
  #checkSize(note: Omit<Note, "id">): void {
    const { maxNoteBytes } = this.#limits;
    const bytes = bytesOf(note);
    if (bytes <= maxNoteBytes) return;
    throw new NotebookLimitError(
      `A note has at most ${String(maxNoteBytes)} bytes; ${JSON.stringify(note.title.slice(0, 60))} has ${String(bytes)}`,
    );
  }

  #tell(change: NoteChange): void {
    for (const watcher of this.#watchers) watcher(change);
  }
}

function bytesOf({ title, text, tags, summary = "" }: Omit<Note, "id">): number {
  return [title, text, summary, ...tags].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}
