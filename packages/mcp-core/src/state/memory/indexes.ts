import { InvalidArgumentError } from "../errors.js";
import type { RecordPage } from "../records.js";

/** Which ids are under which index name, each with the number of its entry, which is a page's cursor. */
export class Indexes {
  readonly #members = new Map<string, Map<string, number>>();
  #entries = 0;

  count(index: string): number {
    return this.#members.get(index)?.size ?? 0;
  }

  /** Takes an id out of the indexes it leaves and puts it under those it enters. */
  move(id: string, from: readonly string[], to: readonly string[]): void {
    for (const index of from) if (!to.includes(index)) this.#leave(id, index);
    for (const index of to) if (!from.includes(index)) this.#enter(id, index);
  }

  list(index: string, after: string | undefined, limit: number): RecordPage {
    const start = after === undefined ? 0 : Number(after);
    if (Number.isNaN(start)) throw new InvalidArgumentError("after must be the next of an earlier page.");
    const ids: string[] = [];
    let last = 0;
    for (const [id, entry] of this.#members.get(index) ?? []) {
      if (entry <= start) continue;
      if (ids.length === limit) return { ids, next: String(last) };
      ids.push(id);
      last = entry;
    }
    return { ids };
  }

  clear(): void {
    this.#members.clear();
  }

  #enter(id: string, index: string): void {
    const members = this.#members.get(index) ?? new Map<string, number>();
    this.#members.set(index, members.set(id, ++this.#entries));
  }

  #leave(id: string, index: string): void {
    const members = this.#members.get(index);
    members?.delete(id);
    if (members?.size === 0) this.#members.delete(index);
  }
}
