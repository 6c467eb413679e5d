/** What is not done yet. */
export class UnderWay {
  readonly #all = new Set<Promise<unknown>>();

  /** Settles as the work does. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#all.add(work);
    try {
      return await work;
    } finally {
      this.#all.delete(work);
    }
  }

  /** Settles when nothing is, whatever became of it. */
  async settled(): Promise<void> {
    while (this.#all.size > 0) await Promise.allSettled(this.#all);
  }
}
