/** How much of something all connections of one server have together. Whoever adds to it takes the same away. */
export class Budget {
  used = 0;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get exceeded(): boolean {
    return this.used > this.#max;
  }
}
