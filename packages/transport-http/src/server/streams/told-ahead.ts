/** Texts that are remembered at most. */
const MAX_TEXTS = 64;

/** Characters of all of them. */
const MAX_LENGTH = 2 ** 20;

/** What was told before it was certain whether it is, or will be, in the log as well. */
export class ToldAhead {
  readonly #texts: string[] = [];
  #length = 0;

  add(text: string): void {
    this.#texts.push(text);
    this.#length += text.length;
    while (this.#texts.length > MAX_TEXTS || this.#length > MAX_LENGTH)
      this.#length -= this.#texts.shift()?.length ?? 0;
  }

  /** Whether this was told, and not taken yet. */
  take(text: string): boolean {
    const at = this.#texts.indexOf(text);
    if (at === -1) return false;
    this.#texts.splice(at, 1);
    this.#length -= text.length;
    return true;
  }
}
