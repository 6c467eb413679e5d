/** Elicitations that may be open at a time; beyond them the oldest are no longer. */
const MAX_OPEN = 1024;

/**
 * The URL elicitations whose completion may still be told of. Completions of others, and second ones, are
 * neither sent nor heard (2025-11-25, Elicitation, Completion Notifications for URL Mode Elicitation).
 */
export class OpenElicitations {
  readonly #ids = new Set<string>();

  /** The user is asked to visit a URL; without an id nothing will be told. */
  add(id: unknown): void {
    if (typeof id !== "string") return;
    const [oldest] = this.#ids;
    if (this.#ids.size >= MAX_OPEN && oldest !== undefined) this.#ids.delete(oldest);
    this.#ids.add(id);
  }

  /** @returns whether this was open; it is no longer */
  complete(id: unknown): boolean {
    return typeof id === "string" && this.#ids.delete(id);
  }
}
