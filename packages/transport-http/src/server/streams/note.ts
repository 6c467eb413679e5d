/** A message is JSON, which never begins like this. */
const MARK = ":";

/** An entry of a log that says where a message belongs that there was no room for. No client sees it. */
export function newNote(): string {
  return `${MARK}${crypto.randomUUID()}`;
}

export function isNote(entry: string): boolean {
  return entry.startsWith(MARK);
}
