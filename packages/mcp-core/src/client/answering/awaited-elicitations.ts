export const ELICITATION_COMPLETE = "notifications/elicitation/complete";

/** Completions that may be awaited at a time; beyond them the oldest are no longer. */
const MAX_AWAITED = 1024;

/**
 * The URL elicitations whose completion a server may still tell of. Completions of others, and second ones,
 * are to be ignored (Elicitation, Completion Notifications for URL Mode Elicitation).
 */
export class AwaitedElicitations {
  readonly #ids = new Set<string>();

  /** The user is asked to visit a URL; without an id nothing will be told. */
  add(id: unknown): void {
    if (typeof id !== "string") return;
    const [oldest] = this.#ids;
    if (this.#ids.size >= MAX_AWAITED && oldest !== undefined) this.#ids.delete(oldest);
    this.#ids.add(id);
  }

  /** @returns whether this was awaited; it is no longer */
  complete(id: unknown): boolean {
    return typeof id === "string" && this.#ids.delete(id);
  }
}
