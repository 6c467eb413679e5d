export interface Note {
  /** Counts up from 1. */
  readonly id: number;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
}

export type NoteDraft = Omit<Note, "id">;

export interface NotebookLimits {
  /** Default: 10,000. */
  readonly maxNotes: number;
  /** Bytes of one note in UTF-8: title, text and tags together. Default: 64 KiB. */
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
export class NotebookLimitError extends Error {
  override readonly name = "NotebookLimitError";
}

/** Notes in memory, oldest first. */
export class Notebook {
  readonly #limits: NotebookLimits;
  readonly #notes: Note[] = [];

  constructor({ maxNotes = 10_000, maxNoteBytes = 64 * 1024 }: Partial<NotebookLimits> = {}) {
    this.#limits = { maxNotes, maxNoteBytes };
  }

  get size(): number {
    return this.#notes.length;
  }

  /** @throws NotebookLimitError */
  add(draft: NoteDraft): Note {
    this.checkRoomFor([draft]);
    const { title, text, tags } = draft;
    const note = { id: this.#notes.length + 1, title, text, tags: [...tags] };
    this.#notes.push(note);
    return note;
  }

  /**
   * Checks that all of these could be added, and adds none.
   * @throws NotebookLimitError
   */
  checkRoomFor(drafts: readonly NoteDraft[]): void {
    const { maxNotes, maxNoteBytes } = this.#limits;
    const room = maxNotes - this.#notes.length;
    if (drafts.length > room) {
      throw new NotebookLimitError(
        `The notebook holds at most ${String(maxNotes)} notes: there is room for ${String(room)} more, not ${String(drafts.length)}`,
      );
    }
    const long = drafts.find((draft) => bytesOf(draft) > maxNoteBytes);
    if (long !== undefined) {
      throw new NotebookLimitError(
        `A note has at most ${String(maxNoteBytes)} bytes; ${JSON.stringify(long.title.slice(0, 60))} has ${String(bytesOf(long))}`,
      );
    }
  }

  search({ query, tag, limit }: Search): Found {
    const wanted = query.toLowerCase();
    const matches = this.#notes.filter(
      (note) =>
        (tag === undefined || note.tags.includes(tag)) &&
        (note.title.toLowerCase().includes(wanted) || note.text.toLowerCase().includes(wanted)),
    );
    return { total: matches.length, notes: matches.slice(0, limit) };
  }
}

function bytesOf({ title, text, tags }: NoteDraft): number {
  return [title, text, ...tags].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}
